//! Decodes JIS X 0213:2004 (ISO-2022-JP-3, ISO-2022-JP-2004), which encoding_rs does not support.
//! The table has only the characters beyond JIS X 0208; encoding_rs decodes the others.

use std::sync::LazyLock;

use encoding_rs::EUC_JP;

const CELLS: usize = 94;

/// Each line of the file is a run of cells: plane, row, first cell, then the characters of the run.
///
/// An `=` before the text means one character of two code points.
static TABLE: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut table = vec![""; 2 * CELLS * CELLS];
    for line in include_str!("jis_x0213.txt").lines() {
        place(line, &mut table);
    }
    table
});

fn place(line: &'static str, table: &mut [&'static str]) -> Option<()> {
    let (plane, rest) = line.split_once(' ')?;
    let (row, rest) = rest.split_once(' ')?;
    let (cell, letters) = rest.split_at(rest.find([' ', '='])?);
    let start = index(plane.parse().ok()?, row.parse().ok()?, cell.parse().ok()?)?;
    if let Some(whole) = letters.strip_prefix('=') {
        *table.get_mut(start)? = whole;
        return Some(());
    }
    let letters = letters.strip_prefix(' ')?;
    for (slot, (at, letter)) in table.get_mut(start..)?.iter_mut().zip(letters.char_indices()) {
        *slot = letters.get(at..at + letter.len_utf8())?;
    }
    Some(())
}

fn index(plane: usize, row: usize, cell: usize) -> Option<usize> {
    let inside = (1..=2).contains(&plane) && (1..=CELLS).contains(&row) && (1..=CELLS).contains(&cell);
    inside.then(|| ((plane - 1) * CELLS + row - 1) * CELLS + cell - 1)
}

/// Decodes pairs of 7-bit codes; an unassigned cell becomes U+FFFD. Plane 1 includes JIS X 0208.
pub(super) fn decode(plane: u8, pairs: &[u8]) -> String {
    let mut out = String::with_capacity(pairs.len() * 2);
    for pair in pairs.chunks_exact(2) {
        let [row, cell] = [pair[0], pair[1]].map(|code| usize::from(code & 0x7f).wrapping_sub(0x20));
        let letter = index(plane.into(), row, cell).and_then(|at| TABLE.get(at)).copied().unwrap_or_default();
        if !letter.is_empty() {
            out.push_str(letter);
        } else if plane == 1 {
            out.push_str(&EUC_JP.decode_without_bom_handling(&[pair[0] | 0x80, pair[1] | 0x80]).0);
        } else {
            out.push('\u{fffd}');
        }
    }
    out
}
