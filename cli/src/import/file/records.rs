//! The lines of a CSV file.

use csv::{ReaderBuilder, StringRecord};

use crate::Failure;
use crate::text::count;

/// The largest line, in bytes: the server accepts no larger request.
const LARGEST: usize = 32 * 1024;

/// The header and the lines of a file. Empty lines are left out.
#[derive(Debug)]
pub struct Records {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The other lines.
    pub rows: Vec<Row>,
}

/// A line of the file.
#[derive(Debug)]
pub struct Row {
    /// Its number, from 1 for the first line of the file. A line with line breaks in quotes has the number of its first.
    pub line: u64,
    /// Its cells without surrounding white space.
    pub cells: Vec<String>,
    /// Why the line cannot be used.
    pub problem: Option<String>,
}

/// Reads the lines.
///
/// # Errors
/// When there is no header line.
pub fn read(text: &str, separator: u8) -> Result<Records, Failure> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut numbers = LineNumbers { text: text.as_bytes(), offset: 0, line: 1 };
    let mut record = StringRecord::new();
    let mut records: Option<Records> = None;
    loop {
        let start = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(Failure::usage(format!("the file cannot be read as CSV: {error}"))),
        }
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let line = numbers.at(start);
        match &mut records {
            None => records = Some(Records { header: cells, rows: Vec::new() }),
            Some(records) => {
                let problem = problem(&record, records.header.len());
                records.rows.push(Row { line, cells, problem });
            }
        }
    }
    records.ok_or_else(|| {
        Failure::usage("the file is empty; it needs a header line with the names of the columns")
    })
}

fn problem(record: &StringRecord, columns: usize) -> Option<String> {
    let size = record.as_slice().len();
    if size > LARGEST {
        return Some(format!(
            "the line has {} bytes, and the limit is {}; check that every quote that opens is closed",
            count(size as u64),
            count(LARGEST as u64)
        ));
    }
    if record.len() == columns {
        return None;
    }
    Some(format!(
        "the line has another number of columns ({}) than the header ({columns}); put quotes around text that contains \
         the separator",
        record.len()
    ))
}

/// Finds the numbers of lines by their offsets, which increase.
struct LineNumbers<'a> {
    text: &'a [u8],
    offset: usize,
    line: u64,
}

impl LineNumbers<'_> {
    /// Returns the number of the first line at or after the offset that is not empty. A line ends with `\n`, `\r\n` or `\r`.
    fn at(&mut self, offset: usize) -> u64 {
        while let Some(byte) = self.text.get(self.offset) {
            if self.offset >= offset && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            let ends_later = *byte == b'\r' && self.text.get(self.offset + 1) == Some(&b'\n');
            if matches!(byte, b'\n' | b'\r') && !ends_later {
                self.line += 1;
            }
            self.offset += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_have_their_numbers_in_the_file() {
        let text = "\r\nunit,note\r\na,1\r\n\r\n,\r\n\"b\r\nc\",2\r\n   \r\nd , 3\r\n";
        let records = read(text, b',').unwrap();
        let rows: Vec<_> = records.rows.iter().map(|row| (row.line, row.cells.join("|"))).collect();
        assert_eq!(records.header, ["unit", "note"]);
        let expected = [(3, "a|1"), (6, "b\r\nc|2"), (9, "d|3")];
        assert_eq!(rows, expected.map(|(line, cells)| (line, cells.to_owned())));
        assert!(records.rows.iter().all(|row| row.problem.is_none()));
    }

    #[test]
    fn quotes_can_contain_separators_and_quotes() {
        let records = read("unit;note\na;\"x;\"\"y\"\"\"\n", b';').unwrap();
        assert_eq!(records.rows[0].cells, ["a", "x;\"y\""]);
    }

    #[test]
    fn a_line_with_another_number_of_columns_or_without_end_has_a_problem() {
        let open = format!("a,b\n1\n1,2,3\n1,\"{}\n", "x\n".repeat(20_000));
        let records = read(&open, b',').unwrap();
        let problems: Vec<_> = records.rows.iter().map(|row| row.problem.clone().unwrap()).collect();
        assert!(
            problems[0].starts_with("the line has another number of columns (1) than the header (2)"),
            "{problems:?}"
        );
        assert!(problems[1].starts_with("the line has another number of columns (3)"), "{problems:?}");
        assert!(problems[2].contains("check that every quote that opens is closed"), "{problems:?}");
        assert_eq!(records.rows[2].line, 4);
    }

    #[test]
    fn an_empty_file_is_an_error() {
        assert!(read("\n \n", b',').is_err());
        assert!(read("a,b\n", b',').unwrap().rows.is_empty());
    }
}
