use super::to_text;

fn check(cases: &[(&str, &str, &str)]) {
    for (name, html, text) in cases {
        assert_eq!(to_text(html).trim_end(), *text, "{name}");
    }
}

#[test]
fn lines_end_where_a_reader_sees_them_end() {
    check(&[
        (
            "divs of Gmail",
            "<div>1) 自治体：青峰市</div><div><br></div><div>2) 氏名：山田</div>",
            "1) 自治体：青峰市\n\n2) 氏名：山田",
        ),
        ("a break before the end of a block adds nothing", "<div>a<br></div><div>b</div>", "a\nb"),
        (
            "paragraphs of Word",
            "<p class=MsoNormal>a<o:p></o:p></p>\n<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n<p class=MsoNormal>b</p>",
            "a\n\nb",
        ),
        (
            "rows and cells",
            "<table><tr><td>氏名</td><td>山田</td></tr><tr><td>連絡先</td><td></td></tr></table>",
            "氏名\t山田\n連絡先",
        ),
        (
            "blocks in cells stay in the row",
            "<table><tr><td><p>氏名</p></td>\n<td><p>山田</p></td></tr></table>",
            "氏名\t山田",
        ),
        (
            "nested tables",
            "<table><tr><td>x<table><tr><td>a</td><td>b</td></tr></table></td><td>y</td></tr></table>",
            "x\na\tb\ty",
        ),
        ("items have numbers", "<ol start=3><li>あ<li>い</ol><ul><li>う</ul>", "3. あ\n4. い\n・う"),
        (
            "quotations are marked",
            "a<blockquote type=cite>b<br>c<blockquote class='gmail_quote'>d</blockquote></blockquote>e",
            "a\n> b\n> c\n> > d\ne",
        ),
        ("indentation is not", "a<blockquote style='margin:0'>b</blockquote>", "a\nb"),
        ("preformatted", "<pre>a  b\n c</pre>d", "a  b\n c\nd"),
        ("preserved by style", "<div style='white-space: pre-wrap'>a\nb</div>", "a\nb"),
    ]);
}

#[test]
fn spaces_collapse_and_vanish_inside_japanese() {
    check(&[
        ("source lines", "<p>拠点整\n備・運用に  関する\r\n   照会</p>", "拠点整備・運用に 関する照会"),
        ("Latin keeps its space", "<p>a\nb</p>", "a b"),
        ("across inline tags", "a <b> b</b>", "a b"),
        ("no-break spaces", "a&nbsp;&nbsp;b\u{a0}c", "a  b c"),
    ]);
}

#[test]
fn invisible_content_is_dropped() {
    check(&[
        ("styles", "<style>p { }</style><script>if (a < b) {}</script><title>t</title>x", "x"),
        ("comments", "a<!-- b --><!--[if mso]><p>c</p><![endif]--><![if !x]>d<![endif]>e", "ade"),
        ("hidden", "<div style='display: none'>a<div>b</div></div>c", "c"),
        ("an unclosed comment", "a<!-- b", "a"),
    ]);
}

#[test]
fn text_that_looks_like_a_tag_stays() {
    check(&[
        (
            "addresses",
            "<山田> <a.b@example.jp> 1 < 2 &amp;&lt;b&gt; &unknown; &#x5c71;&#30000;&#150; &",
            "<山田> <a.b@example.jp> 1 < 2 &<b> &unknown; 山田– &",
        ),
        ("a bracket in a value", "<a title='x > y'>b</a>", "b"),
        ("an apostrophe in a tag", "<p it's>b</p>", "b"),
    ]);
}
