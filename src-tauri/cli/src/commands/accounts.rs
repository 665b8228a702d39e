//! `swath accounts`

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};

use serde_json::json;
use swath_domain::AccountKind;
use swath_remote::{AccountState, AccountStatus, Field, about};

use crate::args::{AccountsCommand, LimitArgs};
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::table::{minute, rows};

/// Lists, sets, tests and removes accounts.
pub(crate) async fn accounts(session: &Session, command: Option<AccountsCommand>) -> Outcome {
    match command.unwrap_or(AccountsCommand::List) {
        AccountsCommand::List => {
            list(session);
            Ok(())
        }
        AccountsCommand::Set { kind, stdin } => set(session, kind, stdin),
        AccountsCommand::Test { kind, code } => test(session, kind, code).await,
        AccountsCommand::Remove { kind } => {
            let status = session.accounts().remove(kind)?;
            event(session, &status);
            session.out.line(format!("the account {kind} is forgotten"));
            Ok(())
        }
    }
}

fn list(session: &Session) {
    let statuses = session.accounts().list();
    statuses.iter().for_each(|status| event(session, status));
    let row = |status: &AccountStatus| {
        let info = about(status.kind);
        let user = status.user.clone().unwrap_or_else(|| "-".to_owned());
        vec![status.kind.name().to_owned(), state(status).to_owned(), user, info.title.to_owned(), info.link.to_owned()]
    };
    let cells: Vec<_> = statuses.iter().map(row).collect();
    rows(&["KIND", "STATE", "USER", "TITLE", "WHERE TO GET IT"], &[], &cells).iter().for_each(|row| session.out.line(row));
}

fn set(session: &Session, kind: AccountKind, stdin: bool) -> Outcome {
    let info = about(kind);
    let mut fields = BTreeMap::new();
    for field in info.fields {
        let text = if stdin { line(field)? } else { ask(session, field)? };
        if !(text.is_empty() && field.optional) {
            fields.insert(field.name.to_owned(), text);
        }
    }
    let accounts = session.accounts();
    let status = accounts.set(kind, fields)?;
    if status.state != AccountState::Kept {
        let message = format!(
            "no keychain of the system answers here, so the account {kind} cannot be kept: start the system's keychain and set it again"
        );
        return Err(Failure::failed("not-kept", message));
    }
    event(session, &status);
    session.out.line(format!("the account {kind} is kept in the system's keychain; try it with `swath accounts test {kind}`"));
    Ok(())
}

async fn test(session: &Session, kind: AccountKind, code: bool) -> Outcome {
    let engine = session.engine(&LimitArgs::default())?;
    let code = if code { Some(ask(session, &Field { name: "one-time code", secret: true, optional: false })?) } else { None };
    let outcome = engine.test_account(kind, code.as_deref(), &session.interrupt).await;
    engine.shutdown().await;
    let status = outcome?;
    event(session, &status);
    let until = status.valid_until.map(|until| format!(", until {} UTC", minute(until))).unwrap_or_default();
    let quota = status.quota.map(|quota| format!("; {quota}")).unwrap_or_default();
    session.out.line(format!("the account {kind} works{until}{quota}"));
    Ok(())
}

/// Asks at the terminal; for what is secret without showing it.
fn ask(session: &Session, field: &Field) -> Outcome<String> {
    if !std::io::stdin().is_terminal() {
        let message = "there is no terminal to ask at: give the fields on standard input, a line each, with --stdin";
        return Err(Failure::usage("no-terminal", message));
    }
    let prompt = format!("{}{}: ", field.name, if field.optional { " (may be left empty)" } else { "" });
    let unread = |error: std::io::Error| Failure::failed("unreadable", format!("the terminal cannot be read ({error}): try --stdin"));
    if field.secret {
        return rpassword::prompt_password(prompt).map(|text| text.trim().to_owned()).map_err(unread);
    }
    session.out.prompt(&prompt);
    std::io::stderr().flush().map_err(unread)?;
    line(field)
}

/// A line of standard input.
fn line(field: &Field) -> Outcome<String> {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_line(&mut text);
    match read {
        Ok(0) if !field.optional => Err(Failure::usage("invalid-account", format!("standard input ends before its `{}`", field.name))),
        Ok(_) => Ok(text.trim().to_owned()),
        Err(error) => Err(Failure::usage("unreadable", format!("standard input cannot be read ({error})"))),
    }
}

fn state(status: &AccountStatus) -> &'static str {
    match status.state {
        AccountState::Absent => "absent",
        AccountState::Kept => "kept",
        AccountState::SessionOnly => "session-only",
    }
}

fn event(session: &Session, status: &AccountStatus) {
    let info = about(status.kind);
    let more = json!({
        "state": state(status), "user": status.user, "valid_until": status.valid_until, "quota": status.quota, "checked": status.checked,
        "title": info.title, "link": info.link,
        "fields": info.fields.iter().map(|f| json!({ "name": f.name, "secret": f.secret, "optional": f.optional })).collect::<Vec<_>>(),
    });
    session.out.event_with("account", "kind", &status.kind, more);
}
