//! The printed service order of a ticket: what a technician takes along and the customer signs. Pure: a ticket in, a PDF out.

mod fonts;
mod sheet;
#[cfg(test)]
mod tests;

pub use sheet::Paper;

use crm_core::model::TicketPriority;
use crm_core::tickets::ServiceOrder;
use cti_types::Utc;
use jiff::tz::TimeZone;
use sheet::Sheet;

/// In what language the labels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// That of a tag such as `zh-CN`; English for any other.
    pub fn of(tag: &str) -> Language {
        let chinese = tag.split('-').next().is_some_and(|first| first.eq_ignore_ascii_case("zh"));
        if chinese { Language::Chinese } else { Language::English }
    }
}

struct Words {
    title: &'static str,
    number: &'static str,
    printed: &'static str,
    kind: &'static str,
    priority: [&'static str; 4],
    priority_label: &'static str,
    customer: &'static str,
    company: &'static str,
    contact: &'static str,
    reached_by: &'static str,
    address: &'static str,
    appointment: &'static str,
    subject: &'static str,
    description: &'static str,
    work: &'static str,
    done: &'static str,
    technician: &'static str,
    signed: &'static str,
}

const ENGLISH: Words = Words {
    title: "Service order",
    number: "Ticket",
    printed: "Printed",
    kind: "Type",
    priority: ["low", "normal", "high", "urgent"],
    priority_label: "Priority",
    customer: "Customer",
    company: "Company",
    contact: "Contact",
    reached_by: "Reached by",
    address: "Address",
    appointment: "Appointment",
    subject: "Subject",
    description: "What is wrong",
    work: "What is to be done",
    done: "What was done, parts used, time taken",
    technician: "Technician: date, signature",
    signed: "Customer: date, signature",
};

const CHINESE: Words = Words {
    title: "服务单",
    number: "工单号",
    printed: "打印时间",
    kind: "类型",
    priority: ["低", "普通", "高", "紧急"],
    priority_label: "优先级",
    customer: "客户",
    company: "公司",
    contact: "联系人",
    reached_by: "联系方式",
    address: "地址",
    appointment: "预约时间",
    subject: "主题",
    description: "问题描述",
    work: "服务内容",
    done: "处理结果、所用配件、工时",
    technician: "技术员签字及日期",
    signed: "客户签字及日期",
};

fn time(at: Utc, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_microsecond(at.0).map(|at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()).unwrap_or_default()
}

/// The order as a PDF.
pub fn print(order: &ServiceOrder, paper: Paper, language: Language, now: Utc) -> Vec<u8> {
    let words = match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    };
    let ServiceOrder { ticket, kind, company, zone, customer, contact, reached_by } = order;
    let [low, normal, high, urgent] = words.priority;
    let priority = match ticket.priority() {
        TicketPriority::Low => low,
        TicketPriority::Normal => normal,
        TicketPriority::High => high,
        TicketPriority::Urgent => urgent,
    };
    let number = format!("{} {}", words.number, ticket.state.number);
    let mut sheet = Sheet::new(paper);
    if !company.is_empty() {
        sheet.text(11.0, company);
    }
    sheet.text(18.0, words.title);
    sheet.text(11.0, &number);
    sheet.rule();
    if let Some(customer) = customer {
        sheet.field(words.customer, &customer.name);
        let company = customer.company.as_deref().filter(|company| *company != customer.name);
        sheet.field(words.company, company.unwrap_or_default());
    }
    sheet.field(words.contact, contact);
    sheet.field(words.reached_by, &reached_by.join("\n"));
    sheet.field(words.address, &ticket.data.address);
    sheet.field(words.appointment, &ticket.data.appointment_at.map(|at| time(at, zone)).unwrap_or_default());
    sheet.field(words.kind, kind);
    sheet.field(words.priority_label, priority);
    sheet.field(words.printed, &time(now, zone));
    sheet.rule();
    sheet.heading(words.subject);
    sheet.text(12.0, &ticket.data.title);
    if !ticket.data.description.trim().is_empty() {
        sheet.heading(words.description);
        sheet.text(10.0, &ticket.data.description);
    }
    sheet.heading(words.work);
    if ticket.data.work.trim().is_empty() {
        sheet.blanks(3);
    } else {
        sheet.text(10.0, &ticket.data.work);
    }
    sheet.heading(words.done);
    sheet.blanks(4);
    sheet.signatures([words.technician, words.signed]);
    sheet.finish(&format!("{} {}", words.title, ticket.state.number), &format!("{} · {number}", words.title))
}
