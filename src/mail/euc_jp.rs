//! Decodes EUC-JP with the characters that eucJP-ms adds in code set 3 and encoding_rs lacks: 髙, 﨑, ㈱ and others.
//! encoding_rs decodes all other characters.

use std::borrow::Cow;

use encoding_rs::EUC_JP;

/// Rows 83 and 84 of code set 3 (JIS X 0212), from 0x8FF3F3 without gaps (eucJP-ms; IBM's selection).
const EXTENSION: &str = "\
    ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡炻仼僴凬匇匤﨎咊坙﨏塚增寬峵嵓﨑德悅愠敎昻晥晴朗栁﨓﨔橫櫢淸淲瀨凞猪甁皂皞益礰礼神祥福\
    竧靖精綠緖羽荢﨟薰蘒﨡蠇諸譿賴赶﨣﨤逸郞都鄕﨧﨨閒隆﨩霻靍靑飯飼館馞髙魲鶴黑";

/// Returns the text, and whether some bytes could not be decoded.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    if !bytes.windows(2).any(|pair| matches!(pair, [0x8f, 0xf3 | 0xf4])) {
        return EUC_JP.decode_without_bom_handling(bytes);
    }
    let mut out = String::with_capacity(bytes.len());
    let mut lossy = false;
    let mut rest = bytes;
    // 0x8F is never a trail byte, so the split is between two characters.
    while let Some((at, letter)) = rest.windows(3).enumerate().find_map(|(at, w)| Some((at, extension(w)?))) {
        let (text, errors) = EUC_JP.decode_without_bom_handling(&rest[..at]);
        lossy |= errors;
        out.push_str(&text);
        out.push(letter);
        rest = &rest[at + 3..];
    }
    let (text, errors) = EUC_JP.decode_without_bom_handling(rest);
    out.push_str(&text);
    (out.into(), lossy | errors)
}

fn extension(code: &[u8]) -> Option<char> {
    let &[0x8f, row @ 0xf3..=0xf4, cell @ 0xa1..=0xfe] = code else {
        return None;
    };
    let at = (usize::from(row) - 0xf3) * 94 + usize::from(cell) - 0xa1;
    // 0xF3 is the first used cell of row 83.
    EXTENSION.chars().nth(at.checked_sub(0xf3 - 0xa1)?)
}
