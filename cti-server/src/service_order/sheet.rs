//! Paper to write on from top to bottom: lines, fields, rules, and a new page where one is full. Knows no ticket.

use super::fonts::{Face, clean, runs, width, wrap};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// Points.
const MARGIN: f32 = 56.0;
const LABEL: f32 = 120.0;
/// Of the size, from one line to the next.
const LEADING: f32 = 1.4;
/// Further pages are left out; the last says so.
const PAGES_MAX: usize = 100;
const LATIN: Name<'static> = Name(b"F1");
const CHINESE: Name<'static> = Name(b"F2");

/// The paper's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 210 by 297 mm.
    A4,
    /// 8.5 by 11 inches.
    Letter,
}

impl Paper {
    fn size(self) -> (f32, f32) {
        match self {
            Paper::A4 => (595.0, 842.0),
            Paper::Letter => (612.0, 792.0),
        }
    }
}

/// Pages being written.
pub(super) struct Sheet {
    paper: Paper,
    pages: Vec<Content>,
    page: Content,
    /// The next line's top.
    y: f32,
    full: bool,
}

impl Sheet {
    pub(super) fn new(paper: Paper) -> Sheet {
        Sheet { paper, pages: Vec::new(), page: Content::new(), y: paper.size().1 - MARGIN, full: false }
    }

    fn width(&self) -> f32 {
        self.paper.size().0 - 2.0 * MARGIN
    }

    /// Turns the page unless so much room is left.
    pub(super) fn room(&mut self, height: f32) {
        // Room for the foot.
        if self.y - height >= MARGIN + 20.0 {
            return;
        }
        if self.pages.len() + 1 >= PAGES_MAX {
            self.full = true;
            return;
        }
        self.pages.push(std::mem::replace(&mut self.page, Content::new()));
        self.y = self.paper.size().1 - MARGIN;
    }

    pub(super) fn gap(&mut self, height: f32) {
        self.y -= height;
    }

    /// A line of text whose base line is at `y`.
    fn show(page: &mut Content, x: f32, y: f32, size: f32, gray: f32, line: &str) {
        page.begin_text();
        page.set_fill_gray(gray);
        page.next_line(x, y);
        for (face, bytes) in runs(line) {
            page.set_font(if face == Face::Latin { LATIN } else { CHINESE }, size);
            page.show(Str(&bytes));
        }
        page.end_text();
    }

    fn line(&mut self, x: f32, size: f32, gray: f32, line: &str) {
        self.room(size * LEADING);
        if self.full {
            return;
        }
        Sheet::show(&mut self.page, x, self.y - size, size, gray, line);
        self.y -= size * LEADING;
    }

    /// Text over the whole width.
    pub(super) fn text(&mut self, size: f32, text: &str) {
        for line in wrap(&clean(text), size, self.width()) {
            self.line(MARGIN, size, 0.0, &line);
        }
    }

    /// A heading that stays with the first line that follows.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap(10.0);
        self.room(40.0);
        self.line(MARGIN, 9.0, 0.4, &clean(text));
        self.gap(1.0);
    }

    /// A label with its text beside it; nothing where there is no text.
    pub(super) fn field(&mut self, label: &str, text: &str) {
        let text = clean(text);
        if text.trim().is_empty() {
            return;
        }
        let lines = wrap(&text, 10.0, self.width() - LABEL);
        for (at, line) in lines.iter().enumerate() {
            self.room(10.0 * LEADING);
            if self.full {
                return;
            }
            if at == 0 {
                Sheet::show(&mut self.page, MARGIN, self.y - 10.0, 10.0, 0.4, label);
            }
            self.line(MARGIN + LABEL, 10.0, 0.0, line);
        }
        self.gap(2.0);
    }

    fn stroke(&mut self, from: f32, to: f32) {
        if self.full {
            return;
        }
        self.page.set_line_width(0.5);
        self.page.set_stroke_gray(0.4);
        self.page.move_to(from, self.y).line_to(to, self.y).stroke();
    }

    /// A line across the page.
    pub(super) fn rule(&mut self) {
        self.gap(4.0);
        self.room(6.0);
        self.stroke(MARGIN, MARGIN + self.width());
        self.gap(6.0);
    }

    /// Empty lines to write on by hand.
    pub(super) fn blanks(&mut self, count: usize) {
        for _ in 0..count {
            self.room(24.0);
            self.gap(22.0);
            self.stroke(MARGIN, MARGIN + self.width());
            self.gap(2.0);
        }
    }

    /// Two places to sign, kept together.
    pub(super) fn signatures(&mut self, labels: [&str; 2]) {
        self.room(90.0);
        if self.full {
            return;
        }
        self.gap(60.0);
        let half = self.width() / 2.0;
        for (label, x) in labels.into_iter().zip([MARGIN, MARGIN + half + 10.0]) {
            self.stroke(x, x + half - 10.0);
            Sheet::show(&mut self.page, x, self.y - 14.0, 9.0, 0.4, label);
        }
        self.gap(24.0);
    }

    /// The file. `foot` stands at the bottom of each page, beside its number.
    pub(super) fn finish(mut self, title: &str, foot: &str) -> Vec<u8> {
        if self.full {
            Sheet::show(&mut self.page, MARGIN, MARGIN + 12.0, 9.0, 0.0, "[…]");
        }
        let mut pages = self.pages;
        pages.push(self.page);
        let (page_width, page_height) = self.paper.size();
        let (catalog, tree, latin, chinese, cid, descriptor, info) =
            (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5), Ref::new(6), Ref::new(7));
        let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
        let page_ref = |at: i32| Ref::new(10 + 2 * at);
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree);
        pdf.pages(tree).kids((0..count).map(page_ref)).count(count);
        for (at, mut content) in (0..count).zip(pages) {
            let number = format!("{} / {count}", at + 1);
            Sheet::show(&mut content, MARGIN, MARGIN - 16.0, 8.0, 0.4, &clean(foot));
            Sheet::show(&mut content, page_width - MARGIN - width(&number, 8.0), MARGIN - 16.0, 8.0, 0.4, &number);
            let (id, body) = (page_ref(at), Ref::new(11 + 2 * at));
            let mut page = pdf.page(id);
            page.media_box(Rect::new(0.0, 0.0, page_width, page_height)).parent(tree).contents(body);
            page.resources().fonts().pair(LATIN, latin).pair(CHINESE, chinese);
            page.finish();
            pdf.stream(body, &content.finish());
        }
        pdf.type1_font(latin).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
        pdf.type0_font(chinese)
            .base_font(Name(b"STSong-Light-UniGB-UCS2-H"))
            .encoding_predefined(Name(b"UniGB-UCS2-H"))
            .descendant_font(cid);
        let collection = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 4 };
        pdf.cid_font(cid)
            .subtype(CidFontType::Type0)
            .base_font(Name(b"STSong-Light"))
            .system_info(collection)
            .font_descriptor(descriptor)
            .default_width(1000.0);
        // As the makers of the typeface give them; a reader without it chooses another by these.
        pdf.font_descriptor(descriptor)
            .name(Name(b"STSong-Light"))
            .flags(FontFlags::SERIF | FontFlags::SYMBOLIC)
            .bbox(Rect::new(-25.0, -254.0, 1000.0, 880.0))
            .italic_angle(0.0)
            .ascent(880.0)
            .descent(-120.0)
            .cap_height(880.0)
            .stem_v(93.0);
        pdf.document_info(info).title(TextStr(&clean(title))).producer(TextStr("Cordboard"));
        pdf.finish()
    }
}
