//! Coordinates as people write them: `8.55 47.37`, `47°22′N 8°33′E`, `N47 22 30, E8 33`, `北纬39°54′ 东经116°23′`.

use std::iter::Peekable;
use std::str::Chars;

/// What is read one after another.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Number(f64),
    /// 0 for degrees, 1 for minutes, 2 for seconds.
    Unit(usize),
    /// A letter or word for a half of the globe: whether it tells the longitude, and the sign.
    Half(bool, f64),
    /// A mark between two coordinates; blanks are none.
    Mark,
}

/// The points that a text may mean, as `[longitude, latitude]`; none when it is no pair of coordinates. Without letters for the halves of
/// the globe longitude comes first, and where the other order is possible too, that comes second.
pub(super) fn read(text: &str) -> Vec<[f64; 2]> {
    let Some(tokens) = tokens(text) else { return Vec::new() };
    if tokens.iter().any(|token| matches!(token, Token::Half(..))) {
        return with_halves(&tokens).into_iter().filter(possible).collect();
    }
    let Some((first, second)) = plain(&tokens) else { return Vec::new() };
    let mut both: Vec<[f64; 2]> = [[first, second], [second, first]].into_iter().filter(possible).collect();
    both.dedup();
    both
}

/// `47.37° N, 8.55° E`
pub(super) fn write([longitude, latitude]: [f64; 2]) -> String {
    let rounded = |value: f64| (value.abs() * 1e5).round() / 1e5;
    let (north, east) = (if latitude < 0.0 { 'S' } else { 'N' }, if longitude < 0.0 { 'W' } else { 'E' });
    format!("{}° {north}, {}° {east}", rounded(latitude), rounded(longitude))
}

fn possible([longitude, latitude]: &[f64; 2]) -> bool {
    longitude.abs() <= 180.0 && latitude.abs() <= 90.0
}

/// `None` when there is anything in the text that is not part of coordinates.
fn tokens(text: &str) -> Option<Vec<Token>> {
    if text.len() > 200 {
        return None;
    }
    let mut chars = text.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(&c) = chars.peek() {
        if c.is_ascii_digit() || matches!(c, '+' | '-' | '−' | '.') {
            tokens.push(Token::Number(number(&mut chars)?));
            continue;
        }
        chars.next();
        match c {
            '°' | 'º' | '˚' | '度' => tokens.push(Token::Unit(0)),
            '\'' | '′' | '’' | '分' if chars.peek() == Some(&c) && c != '分' => {
                chars.next();
                tokens.push(Token::Unit(2));
            }
            '\'' | '′' | '’' | '分' => tokens.push(Token::Unit(1)),
            '"' | '″' | '”' | '秒' => tokens.push(Token::Unit(2)),
            ',' | ';' | '/' | '，' | '；' | '、' => tokens.push(Token::Mark),
            'N' | 'n' | '北' => tokens.push(Token::Half(false, 1.0)),
            'S' | 's' | '南' => tokens.push(Token::Half(false, -1.0)),
            'E' | 'e' | '东' | '東' => tokens.push(Token::Half(true, 1.0)),
            'W' | 'w' | '西' => tokens.push(Token::Half(true, -1.0)),
            '纬' | '緯' | '经' | '經' | ':' | '：' | '(' | ')' | '[' | ']' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    Some(tokens)
}

fn number(chars: &mut Peekable<Chars<'_>>) -> Option<f64> {
    let mut text = String::new();
    while let Some(&c) = chars.peek() {
        match c {
            '+' | '-' | '−' if !text.is_empty() => break,
            '−' => text.push('-'),
            _ if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => text.push(c),
            _ => break,
        }
        chars.next();
    }
    text.parse().ok()
}

/// `47°22′30″ N 8°33′ E`, or with the letters before the numbers.
fn with_halves(tokens: &[Token]) -> Option<[f64; 2]> {
    let before = matches!(tokens.first()?, Token::Half(..));
    let halves: Vec<_> = tokens.iter().enumerate().filter(|(_, token)| matches!(token, Token::Half(..))).map(|(at, _)| at).collect();
    let &[one, two] = halves.as_slice() else { return None };
    let parts = if before { [&tokens[one + 1..two], &tokens[two + 1..]] } else { [&tokens[..one], &tokens[one + 1..two]] };
    if !before && two + 1 != tokens.len() {
        return None;
    }
    let mut point = [None, None];
    for (part, half) in parts.into_iter().zip([tokens[one], tokens[two]]) {
        let Token::Half(longitude, sign) = half else { return None };
        // The letter says what a minus would say once more.
        let value = angle(part).filter(|value| *value >= 0.0)?;
        point[usize::from(!longitude)] = Some(sign * value);
    }
    Some([point[0]?, point[1]?])
}

/// Two coordinates without letters.
fn plain(tokens: &[Token]) -> Option<(f64, f64)> {
    let at = |wanted: Token| tokens.iter().enumerate().filter(move |(_, token)| **token == wanted).map(|(at, _)| at);
    let split = match (at(Token::Mark).collect::<Vec<_>>().as_slice(), at(Token::Unit(0)).collect::<Vec<_>>().as_slice()) {
        ([mark], _) => *mark,
        // The number before the second degree sign begins the second coordinate.
        ([], [_, second]) => second.checked_sub(1)?,
        ([], []) if tokens.len() == 2 => 1,
        ([], []) if tokens.len() == 6 => 3,
        _ => return None,
    };
    Some((angle(&tokens[..split])?, angle(&tokens[split..])?))
}

/// Degrees, minutes and seconds, as far as they are given.
fn angle(tokens: &[Token]) -> Option<f64> {
    let (mut parts, mut at) = ([0.0; 3], 0);
    let mut rest = tokens.iter().filter(|token| **token != Token::Mark).peekable();
    while let Some(Token::Number(value)) = rest.next() {
        if let Some(Token::Unit(unit)) = rest.peek() {
            if *unit < at {
                return None;
            }
            at = *unit;
            rest.next();
        }
        let fits = at == 0 || (0.0..60.0).contains(value);
        *parts.get_mut(at).filter(|_| fits)? = *value;
        at += 1;
        if rest.peek().is_none() {
            let sign = if parts[0].is_sign_negative() { -1.0 } else { 1.0 };
            return Some(sign * (parts[0].abs() + parts[1] / 60.0 + parts[2] / 3600.0));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_read_as_people_write_them() {
        let check = |text: &str, expected: &[[f64; 2]]| {
            let found = read(text);
            assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!((found[0] - expected[0]).abs() < 1e-9 && (found[1] - expected[1]).abs() < 1e-9, "{text}: {found:?}");
            }
        };
        let zurich = [8.55, 47.375];
        let either = [zurich, [47.375, 8.55]];
        let beijing = [116.4, 39.9];
        for text in
            ["8.55 47.375", "8.55, 47.375", "8.55°, 47.375°", "(8.55; 47.375)", "8°33′ 47°22′30″", "8 33 0 47 22 30", "8 33, 47 22 30"]
        {
            check(text, &either);
        }
        for text in [
            "47.375N 8.55E",
            "47.375° N, 8.55° E",
            "8.55E 47.375N",
            "N47.375 E8.55",
            "47°22'30\"N 8°33'0\"E",
            "47°22'30''N 8°33'E",
            "N 47 22 30, E 8 33",
            "47 22 30 n 8 33 e",
            "47º22.5' N / 8º33' E",
        ] {
            check(text, &[zurich]);
        }
        for text in ["北纬39°54′ 东经116°24′", "东经116°24′，北纬39°54′", "39度54分北 116度24分东", "116.4 39.9", "39.9, 116.4"]
        {
            check(text, &[beijing]);
        }
        check("-70.5 -33.4", &[[-70.5, -33.4], [-33.4, -70.5]]);
        check("−70°30′, −33°24′", &[[-70.5, -33.4], [-33.4, -70.5]]);
        check("33.4S 70.5W", &[[-70.5, -33.4]]);
        check("-0°30′, 100°", &[[100.0, -0.5]]);
        check("5 5", &[[5.0, 5.0]]);
        for nothing in [
            "",
            "7",
            "1 2 3",
            "200 100",
            "95N 8E",
            "8E 9E",
            "47°75′N 8°E",
            "-47N 8E",
            "Zürich",
            "33TWL",
            "1 2 3 4",
            "1.2.3 4",
            "N E",
            ", ",
            "8 33 47 22 30",
        ] {
            check(nothing, &[]);
        }
        assert_eq!(write([-70.5, -33.456_789_1]), "33.45679° S, 70.5° W");
    }
}
