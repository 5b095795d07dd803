//! `bellwether accounts check`: reports the ids of accounts that this version would no longer give.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use bellwether::store::key::EventKey;
use clap::{Args, ValueEnum};
use domain::experiment::{UnitId, UnitKind};

use crate::Failure;
use crate::text::{count, printable, show};

/// Reports which stored ids of accounts this version would no longer give.
///
/// The id of a domain depends on the public suffix list, which is part of the program. Run this command with the program of a
/// new version before it is deployed, with the ids that are stored. An id that changes is one account under two ids
/// afterwards. The command calls no server.
///
/// Exit codes: 0 no id changes, 1 failed, 2 wrong arguments or an unreadable file, 3 some ids change.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  bellwether accounts check --kind domain ids.txt
  aws dynamodb scan --table-name bellwether-prod-events --projection-expression sk --query 'Items[].sk.S' --output json |
    jq -r '.[]' | bellwether accounts check --kind domain --sort-keys")]
pub struct Options {
    /// What the ids are
    #[arg(long, value_enum)]
    kind: Kind,

    /// The lines are sort keys of the table of events; each contains the id of its account
    #[arg(long)]
    sort_keys: bool,

    /// The file with one id a line; the standard input if it is omitted
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Verbatim,
    Domain,
    Salesforce,
    Hubspot,
}

impl From<Kind> for UnitKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Verbatim => Self::Verbatim,
            Kind::Domain => Self::Domain,
            Kind::Salesforce => Self::Salesforce,
            Kind::Hubspot => Self::Hubspot,
        }
    }
}

/// Reads the ids and prints those that change.
///
/// # Errors
/// When the ids cannot be read, a line is not an id, or an id changes.
pub fn run(options: &Options) -> Result<(), Failure> {
    let ids = match &options.file {
        None => read(std::io::stdin().lock(), options.sort_keys)?,
        Some(path) => {
            let failed = |error| Failure::usage(format!("{} cannot be read: {error}", path.display()));
            read(File::open(path).map_err(failed)?, options.sort_keys)?
        }
    };
    let lines = changes(options.kind.into(), &ids);
    show(&lines.concat())?;
    let total = count(ids.len() as u64);
    if lines.is_empty() {
        eprintln!("{total} ids, none of which changes");
        return Ok(());
    }
    Err(Failure::incomplete(format!("{} of {total} ids change", count(lines.len() as u64))))
}

/// Reads the ids, each once.
fn read(source: impl Read, sort_keys: bool) -> Result<BTreeSet<UnitId>, Failure> {
    let mut ids = BTreeSet::new();
    for (index, line) in BufReader::new(source).lines().enumerate() {
        let line = line.map_err(|error| Failure::usage(format!("the ids cannot be read: {error}")))?;
        if line.is_empty() {
            continue;
        }
        // Of an erased account, only a pseudonym is left, which no list changes.
        let id = if sort_keys {
            EventKey::read(&line).map(|key| key.unit().cloned())
        } else {
            UnitId::parse(line).ok().map(Some)
        };
        let what = if sort_keys { "a sort key of the table of events" } else { "an id of an account" };
        ids.extend(id.ok_or_else(|| Failure::usage(format!("line {} is not {what}", index + 1)))?);
    }
    Ok(ids)
}

/// Returns a line for each id that changes.
fn changes(kind: UnitKind, ids: &BTreeSet<UnitId>) -> Vec<String> {
    let line = |id: &UnitId| {
        let now = match kind.changed(id)? {
            Ok(now) => format!("is {} now", printable(now.as_str())),
            Err(reason) => format!("is rejected now: it {reason}"),
        };
        Some(format!("{} {now}\n", printable(id.as_str())))
    };
    ids.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use domain::experiment::UnitKind;

    use super::{changes, read};

    #[test]
    fn ids_that_another_list_of_suffixes_changes_are_reported() {
        let text = "acme.com\nwww.acme.com\n\nacme.com\ngithub.io\nxn--mller-kva.de\n";
        let ids = read(text.as_bytes(), false).unwrap();
        assert_eq!(ids.len(), 4);
        let lines = changes(UnitKind::Domain, &ids);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("github.io is rejected now: it is a public suffix"), "{}", lines[0]);
        assert_eq!(lines[1], "www.acme.com is acme.com now\n");
        assert!(changes(UnitKind::Verbatim, &ids).is_empty());
    }

    #[test]
    fn ids_are_read_from_sort_keys() {
        let keys = "acme.com 0 000001\nacme.com 1 demo-booked crm-1\na%20b 0 000001\n";
        let ids: Vec<String> = read(keys.as_bytes(), true).unwrap().into_iter().map(String::from).collect();
        assert_eq!(ids, ["a b", "acme.com"]);
        let wrong = read("acme.com 0 000001\nacme.com\n".as_bytes(), true).unwrap_err();
        assert_eq!(wrong.to_string(), "line 2 is not a sort key of the table of events");
    }
}
