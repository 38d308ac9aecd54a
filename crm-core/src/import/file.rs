//! An import's file, read by the batch from a place on. The file is UTF-8 already; what its cells mean is said elsewhere.

use crate::model::ImportJobId;
use csv::{ByteRecord, ReaderBuilder};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Read at once, enough for a batch of usual rows.
const PIECE_BYTES: usize = 512 << 10;
/// Read at once for a single row.
const SINGLE_BYTES: usize = 4 << 10;
/// Longest row. A quote that is never closed makes the rest of the file one row.
const ROW_BYTES_MAX: usize = 4 << 20;
/// Most columns of a file.
const COLUMNS_MAX: usize = 1_000;

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadFault {
    #[error("the file is not there (any more); send it again")]
    Missing,
    #[error("the file cannot be read")]
    Io(#[source] io::Error),
    #[error("the row at line {line} is longer than {} MiB; is a quote not closed there?", ROW_BYTES_MAX >> 20)]
    Long { line: u64 },
    #[error("the file has no first line with the columns' names")]
    Empty,
    #[error("the file has more than {COLUMNS_MAX} columns")]
    Wide,
}

/// A place in a file, behind a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) byte: u64,
    /// From 1.
    pub(crate) line: u64,
    /// Rows before it, the first line not counted.
    pub(crate) row: u64,
}

/// The first line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub columns: Vec<String>,
    /// Of the whole file.
    pub bytes: u64,
    pub(crate) place: Place,
}

/// A row with where it begins.
pub(crate) struct Raw {
    /// From 1.
    pub(crate) row: u64,
    pub(crate) line: u64,
    pub(crate) byte: u64,
    /// Where the next one begins.
    pub(crate) next: Place,
    pub(crate) record: ByteRecord,
}

/// Some rows of a file.
pub(crate) struct Piece {
    pub(crate) rows: Vec<Raw>,
    /// Nothing follows.
    pub(crate) end: bool,
}

/// The file's name in the folder of imports.
pub fn file_name(id: ImportJobId) -> String {
    format!("{id}.csv")
}

fn open(path: &Path) -> Result<(File, u64), ReadFault> {
    let fault = |error: io::Error| if error.kind() == io::ErrorKind::NotFound { ReadFault::Missing } else { ReadFault::Io(error) };
    let file = File::open(path).map_err(fault)?;
    let bytes = file.metadata().map_err(ReadFault::Io)?.len();
    Ok((file, bytes))
}

/// Reads the first line.
///
/// # Errors
/// See [`ReadFault`].
pub fn read_header(path: &Path, delimiter: &str) -> Result<Header, ReadFault> {
    let (_, bytes) = open(path)?;
    let piece = read_rows(path, Place { byte: 0, line: 1, row: 0 }, delimiter, 1)?;
    let Some(first) = piece.rows.into_iter().next() else { return Err(ReadFault::Empty) };
    let columns: Vec<String> = first.record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    if columns.len() > COLUMNS_MAX {
        return Err(ReadFault::Wide);
    }
    if columns.iter().all(String::is_empty) {
        return Err(ReadFault::Empty);
    }
    let place = Place { row: 0, ..first.next };
    Ok(Header { columns, bytes, place })
}

/// Reads at most so many rows from a place on; at least one unless the file ends there.
pub(crate) fn read_rows(path: &Path, from: Place, delimiter: &str, rows_max: usize) -> Result<Piece, ReadFault> {
    let (mut file, _) = open(path)?;
    read_piece(&mut file, from, delimiter, rows_max, PIECE_BYTES)
}

/// A file of which single rows are read, here and there.
pub(crate) struct Rows<R>(R);

impl Rows<File> {
    pub(crate) fn open(path: &Path) -> Result<Rows<File>, ReadFault> {
        open(path).map(|(file, _)| Rows(file))
    }
}

impl<R: Read + Seek> Rows<R> {
    /// The row at a place; none where the file ends there.
    pub(crate) fn at(&mut self, place: Place, delimiter: &str) -> Result<Option<Raw>, ReadFault> {
        Ok(read_piece(&mut self.0, place, delimiter, 1, SINGLE_BYTES)?.rows.into_iter().next())
    }
}

/// `first`: bytes read at first; more where they hold no whole row.
fn read_piece<R: Read + Seek>(file: &mut R, from: Place, delimiter: &str, rows_max: usize, first: usize) -> Result<Piece, ReadFault> {
    file.seek(SeekFrom::Start(from.byte)).map_err(ReadFault::Io)?;
    let (mut bytes, mut wanted) = (Vec::new(), first);
    loop {
        let more = wanted - bytes.len();
        let read = file.by_ref().take(more as u64).read_to_end(&mut bytes).map_err(ReadFault::Io)?;
        let end = read < more;
        let piece = rows_of(&bytes, from, delimiter, rows_max, end)?;
        if !piece.rows.is_empty() || end {
            return Ok(piece);
        }
        if wanted >= ROW_BYTES_MAX {
            return Err(ReadFault::Long { line: from.line });
        }
        wanted = (wanted * 2).min(ROW_BYTES_MAX);
    }
}

/// The whole rows of a piece; what may be cut off at its end is left for the next.
fn rows_of(bytes: &[u8], from: Place, delimiter: &str, rows_max: usize, end: bool) -> Result<Piece, ReadFault> {
    let delimiter = delimiter.bytes().next().unwrap_or(b',');
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let mut rows = Vec::new();
    let mut last = behind_ends(bytes, from, from);
    while rows.len() < rows_max {
        let mut record = ByteRecord::new();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(Piece { rows, end }),
            Err(error) => return Err(ReadFault::Io(error.into())),
        }
        let at = reader.position();
        if !end && at.byte() >= bytes.len() as u64 {
            return Ok(Piece { rows, end });
        }
        // The reader counts lines from 1.
        let next = Place { byte: from.byte + at.byte(), line: from.line + at.line() - 1, row: last.row + 1 };
        let next = behind_ends(bytes, from, next);
        rows.push(Raw { row: next.row, line: last.line, byte: last.byte, next, record });
        last = next;
    }
    Ok(Piece { rows, end: end && last.byte - from.byte >= bytes.len() as u64 })
}

/// The place behind the ends of lines that follow: the reader leaves the second half of a row's CR LF, and empty lines, to the row to come.
fn behind_ends(bytes: &[u8], from: Place, mut place: Place) -> Place {
    while let Some(&byte @ (b'\r' | b'\n')) = bytes.get((place.byte - from.byte) as usize) {
        place.byte += 1;
        place.line += u64::from(byte == b'\n');
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, batch: usize) -> (Vec<Vec<String>>, Vec<(u64, u64)>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        let header = read_header(&path, ",").unwrap();
        let (mut place, mut cells, mut places) = (header.place, Vec::new(), Vec::new());
        loop {
            let piece = read_rows(&path, place, ",", batch).unwrap();
            for raw in &piece.rows {
                cells.push(raw.record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
                places.push((raw.row, raw.line));
                place = raw.next;
            }
            if piece.end {
                return (cells, places);
            }
            assert!(!piece.rows.is_empty());
        }
    }

    #[test]
    fn rows_are_the_same_however_they_are_batched() {
        let table = [
            ("a,b\n1,2\n3,4\n", vec![vec!["1", "2"], vec!["3", "4"]]),
            ("a,b\r\n1,2\r\n\r\n3,4", vec![vec!["1", "2"], vec!["3", "4"]]),
            ("a,b\n\"x\ny\",\"say \"\"hi\"\"\"\n3,4\n\n\n", vec![vec!["x\ny", "say \"hi\""], vec!["3", "4"]]),
            ("a,b", vec![]),
            ("a,b\n", vec![]),
        ];
        for (text, expected) in table {
            for batch in 1..4 {
                assert_eq!(all(text, batch).0, expected, "{text:?} by {batch}");
            }
        }
        let (_, places) = all("a\n\"x\ny\"\nz\n", 1);
        assert_eq!(places, [(1, 2), (2, 4)]);
        for batch in 1..4 {
            assert_eq!(all("a\r\n1\r\n\r\n2\r\n3\r\n", batch).1, [(1, 2), (2, 4), (3, 5)], "by {batch}");
        }
    }

    /// Counts what is read.
    struct Counted(io::Cursor<Vec<u8>>, usize);

    impl Read for Counted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1 += read;
            Ok(read)
        }
    }

    impl Seek for Counted {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_single_row_costs_little_more_than_its_length() {
        let long = "x".repeat(20_000);
        let text = format!("a,b\n1,2\n{long},3\n{}", "4,5\n".repeat(300_000));
        let mut rows = Rows(Counted(io::Cursor::new(text.into_bytes()), 0));
        let cells = |raw: &Raw| raw.record.iter().map(<[u8]>::len).collect::<Vec<_>>();
        let second = rows.at(Place { byte: 4, line: 2, row: 0 }, ",").unwrap().unwrap();
        assert_eq!(cells(&second), [1, 1]);
        assert!(rows.0.1 <= SINGLE_BYTES, "{}", rows.0.1);
        assert_eq!(cells(&rows.at(second.next, ",").unwrap().unwrap()), [20_000, 1]);
        assert!(rows.0.1 < 20_000 * 4, "{}", rows.0.1);
    }

    #[test]
    fn a_row_that_never_ends_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, format!("a\n1\n\"{}", "x\n".repeat(3 << 20))).unwrap();
        let header = read_header(&path, ",").unwrap();
        let piece = read_rows(&path, header.place, ",", 100).unwrap();
        assert_eq!(piece.rows.len(), 1);
        assert!(matches!(read_rows(&path, piece.rows[0].next, ",", 100), Err(ReadFault::Long { line: 3 })));
        assert!(matches!(read_header(&dir.path().join("none"), ","), Err(ReadFault::Missing)));
        std::fs::write(&path, "\n\n").unwrap();
        assert!(matches!(read_header(&path, ","), Err(ReadFault::Empty)));
    }
}
