//! How a pixel of an image came to be: the numbers of the layer `how` beside every composite.

/// Nothing is there.
pub const NONE: u16 = 0;
/// From looks of the most cautious grade of distance from cloud; 2 and on from the next ones. Without grades every clear pixel is of this one.
pub const FIRST_GRADE: u16 = 1;
/// No look passed the screening, and what is farthest from cloud was taken all the same.
pub const SUSPECT: u16 = 20;
/// No clear look in the period: filled from other times.
pub const IN_TIME: u16 = 30;
/// No clear look in the period: filled from neighbours that look alike on another date.
pub const SIMILAR: u16 = 31;
/// Of the day that was to be kept, as it was.
pub const KEPT: u16 = 40;
/// A hole in the day that was to be kept, filled from other dates.
pub const FILLED: u16 = 41;

/// In a word, as records and file metadata name it.
pub fn name(how: u16) -> String {
    match how {
        NONE => "none".into(),
        SUSPECT => "suspect".into(),
        IN_TIME => "filled in time".into(),
        SIMILAR => "filled from similar neighbours".into(),
        KEPT => "kept".into(),
        FILLED => "filled".into(),
        grade => format!("grade {grade}"),
    }
}

/// The numbers that occur with so many grades, each with its word; for the description of the layer.
pub fn table(grades: usize) -> Vec<(u16, String)> {
    let grades = (0..grades.max(1) as u16).map(|grade| FIRST_GRADE + grade);
    std::iter::once(NONE).chain(grades).chain([SUSPECT, IN_TIME, SIMILAR, KEPT, FILLED]).map(|how| (how, name(how))).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_number_has_a_word_of_its_own() {
        let mut words: Vec<_> = super::table(6).into_iter().map(|(_, word)| word).collect();
        assert_eq!((words.len(), words[1].as_str()), (12, "grade 1"));
        words.sort();
        words.dedup();
        assert_eq!(words.len(), 12);
    }
}
