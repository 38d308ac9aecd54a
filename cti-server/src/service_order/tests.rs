//! The order read back by another's reader of PDF.

use super::*;
use crm_core::model::{Customer, Ticket, TicketId, TicketRow, TicketState};
use lopdf::content::Content;
use lopdf::{Document, Object};
use serde_json::json;
use uuid::Uuid;

fn order(title: &str, description: &str, work: &str) -> ServiceOrder {
    let data = json!({
        "type_id": Uuid::from_u128(1), "title": title, "description": description, "work": work, "priority": "urgent",
        "address": "5 Mill Lane\nOxford", "appointment_at": 1_767_600_000_000_000_i64,
    });
    let data: Ticket = serde_json::from_value(data).unwrap();
    let state: TicketState = serde_json::from_value(json!({
        "number": 4711, "status": "open", "status_at": 0, "live": true, "reopened_count": 0, "breached": false, "complaint": false,
        "satisfaction_comment": "",
    }))
    .unwrap();
    let customer: Customer = serde_json::from_value(json!({ "name": "Søren Łukasz", "company": "北京远景科技有限公司" })).unwrap();
    ServiceOrder {
        ticket: TicketRow { id: TicketId(Uuid::from_u128(1)), version: 1, created_at: Utc(0), updated_at: Utc(0), data, state },
        kind: "Repair".into(),
        company: "Old Mill (Café) \\ Söhne".into(),
        zone: "Europe/Berlin".into(),
        customer: Some(customer),
        contact: "Frau Ünal".into(),
        reached_by: vec!["+44 20 7946 0011".into()],
    }
}

/// The text of each page, without line breaks and blanks.
fn read(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).unwrap();
    let squeezed = |text: String| text.chars().filter(|c| !c.is_whitespace()).collect();
    document.get_pages().keys().map(|page| squeezed(document.extract_text(&[*page]).unwrap())).collect()
}

#[test]
fn an_order_says_who_where_what_and_when() {
    let pdf = print(&order("Lamp is dark", "It was €5 – \"cheap\"", "Change it"), Paper::A4, Language::English, Utc(0));
    let pages = read(&pdf);
    assert_eq!(pages.len(), 1);
    let expected = [
        "OldMill(Café)\\Söhne",
        "Serviceorder",
        "Ticket4711",
        "SørenLukasz",
        "北京远景科技有限公司",
        "FrauÜnal",
        "+442079460011",
        "5MillLane",
        "Oxford",
        "2026-01-0509:00CET",
        "Repair",
        "urgent",
        "Lampisdark",
        "Itwas€5–\"cheap\"",
        "Changeit",
        "Technician:date,signature",
        "Customer:date,signature",
        "1/1",
    ];
    for part in expected {
        assert!(pages[0].contains(part), "{part} in {}", pages[0]);
    }
}

#[test]
fn an_order_in_chinese_has_chinese_labels_and_text() {
    let pdf = print(&order("键盘更换", "键盘无反应，已重启（两次）。ABC", ""), Paper::Letter, Language::Chinese, Utc(0));
    let pages = read(&pdf);
    for part in ["服务单", "工单号4711", "预约时间", "紧急", "键盘更换", "键盘无反应，已重启（两次）。ABC", "客户签字及日期"]
    {
        assert!(pages[0].contains(part), "{part} in {}", pages[0]);
    }
    assert_eq!((Language::of("zh-CN"), Language::of("zho"), Language::of("en")), (Language::Chinese, Language::English, Language::English));
}

#[test]
fn a_long_text_goes_on_over_pages_within_their_margins() {
    let words: Vec<String> = (0..3_000).map(|n| format!("word{n}")).collect();
    let long = words.join(" ") + &"很长的说明文字".repeat(200);
    for (paper, wide, high) in [(Paper::A4, 595.0, 842.0), (Paper::Letter, 612.0, 792.0)] {
        let pdf = print(&order("Long", &long, "x"), paper, Language::English, Utc(0));
        let pages = read(&pdf);
        assert!(pages.len() > 4, "{}", pages.len());
        let all = pages.concat();
        assert!(all.contains("word0word1") && all.contains("word2999"));
        // A page may end between the two.
        assert_eq!((all.matches('文').count(), all.matches('字').count()), (200, 200), "nothing is lost between lines");
        assert!(pages.last().is_some_and(|last| last.contains(&format!("{0}/{0}", pages.len()))));
        let document = Document::load_mem(&pdf).unwrap();
        for page in document.get_pages().values() {
            let content = Content::decode(&document.get_page_content(*page)).unwrap();
            for operation in content.operations.iter().filter(|operation| operation.operator == "Td") {
                let place: Vec<f32> = operation.operands.iter().map(|operand| operand.as_float().unwrap()).collect();
                assert!(place[0] >= 56.0 && place[0] < wide - 56.0 && place[1] >= 40.0 && place[1] < high - 56.0, "{place:?}");
            }
        }
    }
}

#[test]
fn hostile_text_is_text() {
    let hostile = ") Tj ET /Root 1 0 R endstream endobj <</JS (app.alert(1))>> \\) \u{0}\u{1b}\u{202e}%PDF-1.7 😀 <script>";
    let pdf = print(&order(hostile, hostile, hostile), Paper::A4, Language::English, Utc(0));
    let pages = read(&pdf);
    assert_eq!(pages[0].matches("app.alert(1)").count(), 3, "{}", pages[0]);
    assert!(pages[0].contains("endstreamendobj") && pages[0].contains('□'));
    let document = Document::load_mem(&pdf).unwrap();
    for object in document.objects.values() {
        if let Object::Dictionary(dictionary) = object {
            assert!(!dictionary.has(b"JS") && !dictionary.has(b"OpenAction") && !dictionary.has(b"AA"));
        }
    }
    // The longest texts there may be, and ten thousand lines.
    let lines = "x\n".repeat(10_000);
    let pdf = print(&order(&"W".repeat(200), &lines, &"中".repeat(5_000)), Paper::A4, Language::English, Utc(0));
    assert_eq!(read(&pdf).len(), 100);
}
