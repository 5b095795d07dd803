//! The report: a CSV file with every line that was not taken, its number, and the reason. After its lines are corrected, it
//! can be sent like the first file.

use std::path::Path;

use super::file::records::Records;
use crate::Failure;
use crate::text::printable;

/// Returns the report. `not_taken` has the places of lines and the reasons.
///
/// # Errors
/// When a line cannot be written.
pub fn csv(records: &Records, not_taken: &mut [(usize, String)]) -> Result<Vec<u8>, csv::Error> {
    not_taken.sort();
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let own = |own: [&str; 2], cells: &[String]| -> Vec<String> {
        own.into_iter().map(str::to_owned).chain(cells.iter().cloned()).collect()
    };
    let (header, skip) = without_own(&records.header);
    writer.write_record(own(["line", "reason"], header))?;
    for (place, why) in not_taken {
        let row = &records.rows[*place];
        writer.write_record(own(
            [&row.line.to_string(), &printable(why)],
            row.cells.get(skip..).unwrap_or_default(),
        ))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Leaves out the first two columns if the file is a report itself.
fn without_own(header: &[String]) -> (&[String], usize) {
    match header {
        [line, reason, rest @ ..] if line == "line" && reason == "reason" => (rest, 2),
        _ => (header, 0),
    }
}

/// Writes the report, or deletes the one of an earlier run if every line was taken.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, records: &Records, not_taken: &mut [(usize, String)]) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(format!("the report {} cannot be written: {error}", path.display()))
    };
    if not_taken.is_empty() {
        let is_report = std::fs::read(path).is_ok_and(|content| content.starts_with(b"line,reason,"));
        return if is_report { std::fs::remove_file(path).map_err(|error| failed(&error)) } else { Ok(()) };
    }
    let content = csv(records, not_taken).map_err(|error| failed(&error))?;
    std::fs::write(path, content).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::super::file::records::read;
    use super::{csv, write};

    #[test]
    fn the_report_has_every_line_in_order_with_its_reason_and_can_be_read_again() {
        let records = read("unit;note\na;1\nb;\"x;\ny\"\nc;3;4\n", b';').unwrap();
        let mut not_taken = vec![(2, "3 \"columns\"".to_owned()), (1, "status\u{1b} 422".to_owned())];
        let report = String::from_utf8(csv(&records, &mut not_taken).unwrap()).unwrap();
        let expected =
            "line,reason,unit,note\n3,status\\u{1b} 422,b,\"x;\ny\"\n5,\"3 \"\"columns\"\"\",c,3,4\n";
        assert_eq!(report, expected);
        let again = read(&report, b',').unwrap();
        let second = String::from_utf8(csv(&again, &mut [(0, "still".to_owned())]).unwrap()).unwrap();
        assert_eq!(second, "line,reason,unit,note\n2,still,b,\"x;\ny\"\n");
    }

    #[test]
    fn the_report_of_an_earlier_run_is_deleted_and_another_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (report, other) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
        let records = read("unit\na\n", b',').unwrap();
        write(&report, &records, &mut [(0, "why".to_owned())]).unwrap();
        std::fs::write(&other, "mine").unwrap();
        for path in [&report, &other, &folder.path().join("none.csv")] {
            write(path, &records, &mut []).unwrap();
        }
        assert!(!report.exists() && other.exists());
    }
}
