//! Tables for the expression language.

use super::*;
use proptest::prelude::*;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn with_scope<T>(f: impl FnOnce(&Scope<'_>) -> T) -> T {
    let data = map(&[("account", "0042"), ("topic", "sales"), ("empty", "")]);
    let customer = map(&[("tier", "gold"), ("age", "41")]);
    f(&Scope { caller: "+442079460000", called: "+441632960960", language: "en", data: &data, customer: &customer })
}

#[test]
fn conditions_hold_or_not() {
    for (text, holds) in [
        ("customer.tier == 'gold'", true),
        ("customer.tier == \"silver\"", false),
        ("customer.tier != 'silver'", true),
        ("customer.missing == ''", true),
        ("data.account == 42", true),
        ("data.account == '42'", false),
        ("data.account != 42", false),
        ("data.topic == 42", false),
        ("data.topic != 42", true),
        ("data.topic < 42", false),
        ("data.topic >= 42", false),
        ("customer.age < 42", true),
        ("customer.age <= 41", true),
        ("customer.age > 41", false),
        ("customer.age >= '41'", true),
        ("-1 < 0", true),
        ("language == 'en' and customer.tier == 'gold'", true),
        ("language == 'zh' or customer.tier == 'gold'", true),
        // `and` binds closer than `or`, `not` closer than both.
        ("language == 'en' or language == 'x' and language == 'y'", true),
        ("(language == 'en' or language == 'x') and language == 'y'", false),
        ("not language == 'zh' and customer.age > 40", true),
        ("not (language == 'en' and customer.age > 40)", false),
        ("starts_with(call.caller, '+44')", true),
        ("not starts_with(call.called, '+1')", true),
        ("length(data.account) == 4", true),
        ("length('号码') == 2", true),
        ("length(data.empty)==0", true),
    ] {
        let expr = parse_condition(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(with_scope(|s| expr.holds(s)), holds, "{text}");
    }
}

#[test]
fn values_are_text() {
    for (text, value) in [
        ("data.account", "0042"),
        ("'x y'", "x y"),
        ("7", "7"),
        ("length(call.caller)", "13"),
        ("customer.age > 40", "true"),
        ("customer.no", ""),
    ] {
        assert_eq!(with_scope(|s| parse_value(text).unwrap().text(s)), value, "{text}");
    }
}

#[test]
fn errors_name_the_column_and_the_mend() {
    for (text, shown, mend) in [
        ("", "column 1: the end where a value should be", "write a variable, a number, or text in quotes"),
        ("data.topic", "column 1: this is a value, not a condition", "compare it with something, like data.topic == 'sales'"),
        ("data.topic = 'a'", "column 12: a single = compares nothing", "write =="),
        ("data.topic == 'a", "column 15: the text does not end", "close it with '"),
        ("data.topic == sales", "column 15: there is no variable sales", "write data.sales, customer.sales, or 'sales' if it is text"),
        ("call.calle == '1'", "column 1: there is no variable call.calle", "write call.called"),
        ("data.topic == 'a' 'b'", "column 19: 'b' is too much here", "join two conditions by and / or, or remove it"),
        (
            "data.topic and language == 'en'",
            "column 1: and joins conditions, and this is a value",
            "compare it with something, like data.topic == 'sales'",
        ),
        ("(language == 'en'", "column 18: the end instead of )", "write ) here, for what began at column 1"),
        ("starts_wiht(language, 'e')", "column 1: there is no function starts_wiht", "write starts_with"),
        ("starts_with(language)", "column 21: ) instead of a comma", "write a comma here, for what began at column 1"),
        ("language < 'en'", "column 12: larger and smaller compare numbers, not text", "write a number, or use == or starts_with"),
        (
            "(1 == 1) == 'true'",
            "column 1: a condition where a value should be",
            "join conditions by and / or; use not instead of == 'false'",
        ),
        (
            "data.topic == 99999999999999999999",
            "column 15: 99999999999999999999 is no integer",
            "write one of at most 18 digits, or put it in quotes",
        ),
        ("data.topic & 1", "column 12: & means nothing here", "put text in quotes, like 'gold'"),
    ] {
        let error = parse_condition(text).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.mend.as_str()), (shown, mend), "{text}");
    }
}

#[test]
fn length_and_depth_are_bounded() {
    let deep = format!("{}1 == 1{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(parse_condition(&deep).unwrap_err().message, "this is nested too deep");
    let nots = format!("{}1 == 1", "not ".repeat(60));
    assert_eq!(parse_condition(&nots).unwrap_err().message, "this is nested too deep");
    assert_eq!(parse_condition(&"x".repeat(501)).unwrap_err().message, "the expression is too long");
}

#[test]
fn variables_are_listed() {
    let expr = parse_condition("data.a == customer.b and not starts_with(call.caller, data.c)").unwrap();
    let names = [Variable::Data("a".into()), Variable::Customer("b".into()), Variable::Caller, Variable::Data("c".into())];
    assert_eq!(expr.variables(), names.iter().collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error_with_a_column_inside(text in "[a-z.'\"()<>=! 0-9,-]{0,60}|\\PC{0,40}") {
        match parse_value(&text) {
            Ok(expr) => { with_scope(|s| (expr.holds(s), expr.text(s))); }
            Err(e) => prop_assert!((1..=text.chars().count() + 1).contains(&e.column)),
        }
    }
}
