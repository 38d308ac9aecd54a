//! Bad documents and the exact words said about them.

use super::*;
use crate::list;
use crate::testing::Office;
use proptest::prelude::*;

fn problems(text: &str) -> String {
    Flow::parse(text, &Office).map_or_else(|p| list(&p), |_| "good".into())
}

/// A good flow of `a` (answer, line 4) → `n` (from line 7) → `end`, in which `n` is what is tried.
fn with(node: &str) -> String {
    format!(
        "name = \"t\"\nlanguages = [\"en\", \"zh\"]\nstart = \"a\"\n[nodes.a]\ntype = \"answer\"\nnext = \"n\"\n[nodes.n]\n{node}\n[nodes.end]\ntype = \"hang_up\"\n"
    )
}

fn check(table: &[(&str, &str)]) {
    for (node, said) in table {
        assert_eq!(problems(&with(node)), *said, "{node}");
    }
}

#[test]
fn good_nodes_are_good() {
    check(&[
        ("type = \"play\"\nprompts = \"welcome\"\nnext = \"end\"", "good"),
        ("type = \"say\"\ndigits = \"call.caller\"\nnext = \"end\"", "good"),
        (
            "type = \"menu\"\nprompts = [\"menu-demo\"]\nchoices = { 0 = \"end\", \"#\" = \"n\" }\nwait_seconds = 2.5\nnext = \"end\"",
            "good",
        ),
        ("type = \"queue\"\nqueue = \"sales\"\nskills = [{ name = \"german\" }]\notherwise = \"end\"", "good"),
        ("type = \"hours\"\nhours = \"office\"\nopen = \"end\"\nclosed = \"end\"", "good"),
        ("type = \"voicemail\"\nqueue = \"sales\"\nsilence_seconds = 0\nnext = \"end\"\notherwise = \"end\"", "good"),
    ]);
}

#[test]
fn a_message_is_for_somebody_and_of_some_length() {
    let node = |fields: &str| format!("type = \"voicemail\"\n{fields}\nnext = \"end\"\notherwise = \"end\"");
    check(&[
        (&node(""), "node \"n\", line 7: queue is missing; add queue = \"…\""),
        (&node("agent = \"alise\""), "node \"n\", line 9: there is no agent \"alise\"; did you mean \"alice\"?"),
        (
            &node("agent = \"alice\"\nqueue = \"sales\""),
            "node \"n\", line 9: both queue and agent are given; keep one: a message is for one of them",
        ),
        (
            &node("agent = \"alice\"\nsilence_seconds = 1"),
            "node \"n\", line 10: so short a silence is a breath; write at least 2, or 0 for none",
        ),
    ]);
}

#[test]
fn types_and_fields_misspelt_or_missing() {
    check(&[
        ("next = \"end\"", "node \"n\", line 7: type is missing; add type = \"…\""),
        ("type = \"mneu\"", "node \"n\", line 8: there is no node type \"mneu\"; did you mean \"menu\"?"),
        ("type = \"transfer\"", "node \"n\", line 8: there is no node type \"transfer\"; did you mean \"queue\"?"),
        (
            "type = \"whistle\"",
            "node \"n\", line 8: there is no node type \"whistle\"; write one of answer, play, say, menu, collect, branch, hours, set, queue, voicemail, hang_up",
        ),
        (
            "type = \"play\"\nprompts = \"welcome\"\nnxt = \"end\"",
            "node \"n\", line 7: next is missing; add next = \"…\" with the node to go to\nnode \"n\", line 10: there is no field nxt here; did you mean next?",
        ),
        (
            "type = \"play\"\nprompts = \"welcome\"\nnext = \"end\"\ncolour = 1",
            "node \"n\", line 11: there is no field colour here; remove it; known here: type, prompts, interruptible, next",
        ),
        (
            "type = \"play\"\nprompts = 7\nnext = \"end\"",
            "node \"n\", line 9: prompts is of type integer; write a list of texts, like [\"welcome\"]\nnode \"n\", line 9: prompts is missing or empty; add prompts = [\"…\"]",
        ),
        (
            "type = \"play\"\nprompts = \"welcome\"\nnext = \"edn\"",
            "node \"n\", line 10: next leads to \"edn\", which is no node; did you mean \"end\"?",
        ),
        (
            "type = \"play\"\nprompts = \"welcome\"\nnext = \"voicemail\"",
            "node \"n\", line 10: next leads to \"voicemail\", which is no node; write the name of a node, or add [nodes.voicemail]",
        ),
        ("type = \"hang_up\"\ncause = \"fun\"", "node \"n\", line 9: there is no cause \"fun\"; write normal, busy, rejected or error"),
    ]);
}

#[test]
fn names_of_the_outside() {
    check(&[
        (
            "type = \"queue\"\nqueue = \"slaes\"\notherwise = \"end\"",
            "node \"n\", line 9: there is no queue \"slaes\"; did you mean \"sales\"?",
        ),
        (
            "type = \"queue\"\nqueue = \"vip\"\notherwise = \"end\"",
            "node \"n\", line 9: there is no queue \"vip\"; create it, or write the name of a queue",
        ),
        (
            "type = \"queue\"\nqueue = \"sales\"\nskills = [{ name = \"germna\", min = 11 }]\notherwise = \"end\"",
            "node \"n\", line 10: min is 11; write an integer from 1 to 10\nnode \"n\", line 10: there is no skill \"germna\"; did you mean \"german\"?",
        ),
        (
            "type = \"hours\"\nhours = \"ofice\"\nopen = \"end\"\nclosed = \"end\"",
            "node \"n\", line 9: there are no opening hours \"ofice\"; did you mean \"office\"?",
        ),
        (
            "type = \"play\"\nprompts = [\"welcom\"]\nnext = \"end\"",
            "node \"n\", line 9: there is no prompt \"welcom\" in en, zh; did you mean \"welcome\"?",
        ),
        (
            "type = \"play\"\nprompts = [\"number-10\"]\nnext = \"end\"",
            "node \"n\", line 9: there is no prompt \"number-10\" in zh; add the audio, or write the name of a prompt",
        ),
        (
            "type = \"play\"\nprompts = [\"zh/welcom\"]\nnext = \"end\"",
            "node \"n\", line 9: there is no prompt \"zh/welcom\"; did you mean \"zh/welcome\"?",
        ),
    ]);
}

#[test]
fn menus_and_numbers() {
    let menu = |rest: &str| format!("type = \"menu\"\nprompts = \"menu-demo\"\nnext = \"end\"\n{rest}");
    let collect =
        |rest: &str| format!("type = \"collect\"\nprompts = \"enter-number\"\ninto = \"x\"\nnext = \"end\"\notherwise = \"end\"\n{rest}");
    check(&[
        (&menu(""), "node \"n\", line 7: choices is missing; add choices = { 1 = \"…\" }"),
        (&menu("choices = {}"), "node \"n\", line 11: choices is empty; add choices = { 1 = \"…\" }"),
        (&menu("choices = { 10 = \"end\" }"), "node \"n\", line 11: \"10\" is no key of a telephone; write 0 to 9, \"*\" or \"#\""),
        (&menu("choices = { 1 = \"edn\" }"), "node \"n\", line 11: choice 1 leads to \"edn\", which is no node; did you mean \"end\"?"),
        (&menu("choices = { 1 = 2 }"), "node \"n\", line 11: choice 1 is of type integer; write the name of a node"),
        (&menu("choices = { 1 = \"end\", 1 = \"n\" }"), "flow, line 11: this is not TOML: duplicate key; keep one of the two"),
        (&menu("choices = { 1 = \"end\" }\nwait_seconds = 0"), "node \"n\", line 12: wait_seconds is 0; write seconds from 1 to 60"),
        (&menu("choices = { 1 = \"end\" }\nwait_seconds = 60.5"), "node \"n\", line 12: wait_seconds is 60.5; write seconds from 1 to 60"),
        (&menu("choices = { 1 = \"end\" }\nretries = -1"), "node \"n\", line 12: retries is -1; write an integer from 0 to 10"),
        (&collect(""), "node \"n\", line 7: digits_max is missing; add digits_max = … (at most 32)"),
        (&collect("digits_max = 33"), "node \"n\", line 13: digits_max is 33; write an integer from 1 to 32"),
        (&collect("digits_min = 5\ndigits_max = 4"), "node \"n\", line 13: digits_min 5 is more than digits_max 4; exchange them"),
        (&collect("digits_max = 4\nterminator = \"1\""), "node \"n\", line 14: \"1\" ends no number; write \"#\", \"*\", or \"\" for none"),
        (&collect("digits_max = 4\nmasked = \"yes\""), "node \"n\", line 14: masked is of type string; write true or false"),
    ]);
}

#[test]
fn expressions_and_data() {
    let branch = |when: &str| format!("type = \"branch\"\ncases = [{{ when = \"{when}\", next = \"end\" }}]\nnext = \"end\"");
    let set = |rest: &str| format!("type = \"set\"\nnext = \"end\"\n{rest}");
    check(&[
        (
            &branch("customer.tier = 'gold'"),
            "node \"n\", line 9: when \"customer.tier = 'gold'\", column 15: a single = compares nothing; write ==",
        ),
        (
            &branch("data.topic == 'x'"),
            "node \"n\", line 9: data.topic is read, but no node sets it; set topic in a node, or remove it here",
        ),
        (
            &set("data = { topic = \"a\", t = { from = \"data.topci\" } }"),
            "node \"n\", line 10: data.topci is read, but no node sets it; did you mean data.topic?",
        ),
        (
            &set("data = { Topic = \"a\" }"),
            "node \"n\", line 10: \"Topic\" is no name for data; use lower-case letters, digits and _, a letter first, at most 40",
        ),
        (&set("data = { language = \"zh\" }"), "node \"n\", line 10: \"language\" is no name for data; use the field language"),
        (
            &set("data = { topic = 1.5 }"),
            "node \"n\", line 10: topic is of type float; write text, an integer or { from = \"EXPRESSION\" }",
        ),
        (
            &set("data = { topic = \"a\" }\nmasked = [\"pin\"]"),
            "node \"n\", line 11: masked names \"pin\", which data does not set; remove it, or set it in data",
        ),
        (&set("language = \"fr\""), "node \"n\", line 10: the flow does not speak \"fr\"; add it to languages, or write one of en, zh"),
        (&set(""), "node \"n\", line 8: there is nothing to set; add data = { KEY = \"…\" } or language = \"…\""),
        ("type = \"say\"\nnext = \"end\"", "node \"n\", line 8: there is nothing to say; add digits = \"data.…\" or number = \"data.…\""),
    ]);
}

#[test]
fn the_chart() {
    check(&[
        ("type = \"hang_up\"", "node \"end\", line 9: no call ever comes here; lead to it from another node, or remove it"),
        (
            "type = \"play\"\nprompts = \"welcome\"\nnext = \"n\"\n[nodes.m]\ntype = \"branch\"\nnext = \"end\"\ncases = []",
            "node \"a\", line 4: from here a call comes to no queue and no end; lead on to a node of type \"queue\" or \"hang_up\"\n\
             node \"m\", line 11: no call ever comes here; lead to it from another node, or remove it\n\
             node \"end\", line 15: no call ever comes here; lead to it from another node, or remove it",
        ),
        (
            "type = \"branch\"\ncases = [{ when = \"language == 'en'\", next = \"end\" }]\nnext = \"s\"\n[nodes.s]\ntype = \"set\"\nlanguage = \"zh\"\nnext = \"n\"",
            "node \"n\", line 7: these run in a circle without waiting: n → s → n; lead one of them elsewhere, or play something on the way",
        ),
        (
            "type = \"queue\"\nqueue = \"sales\"\non_wait_limit = \"end\"\notherwise = \"n\"",
            "node \"n\", line 7: these run in a circle without waiting: n → n; lead one of them elsewhere, or play something on the way",
        ),
        ("type = \"queue\"\nqueue = \"sales\"\non_wait_limit = \"n\"\notherwise = \"end\"", "good"),
    ]);
    let unanswered =
        "name = \"t\"\nstart = \"w\"\n[nodes.w]\ntype = \"play\"\nprompts = \"welcome\"\nnext = \"e\"\n[nodes.e]\ntype = \"hang_up\"\n";
    assert_eq!(problems(unanswered), "node \"w\", line 3: a call may come here unanswered; put a node of type \"answer\" on the way to it");
}

#[test]
fn the_document_itself() {
    let end = "[nodes.end]\ntype = \"hang_up\"\n";
    for (text, said) in [
        (
            String::new(),
            "flow: name is missing; add name = \"…\"\nflow: start is missing; add start = \"…\"\nflow: nodes is missing; write a table [nodes.NAME] for each step",
        ),
        (
            format!("name = \"t\"\nstart = \"ned\"\n{end}"),
            "flow, line 2: the flow starts at \"ned\", which is no node; did you mean \"end\"?",
        ),
        (
            format!("name = \"t\"\nstart = \"end\"\nlanguage = \"English\"\n{end}"),
            "flow, line 3: \"English\" is no language; write a short code in lower case, like \"en\" or \"zh\"",
        ),
        (
            format!("name = \"t\"\nstart = \"end\"\nlanguages = [\"zh\"]\n{end}"),
            "flow, line 3: languages lacks the flow's own language \"en\"; add \"en\" to it",
        ),
        (
            format!("name = \"t\"\nstart = \"end\"\nversion = 2\n{end}"),
            "flow, line 3: there is no field version here; remove it; known here: name, language, languages, start, nodes",
        ),
        (
            "name = \"t\"\nstart = \"end\"\n[nodes]\nend = 3".into(),
            "node \"end\", line 4: a node is a table; write [nodes.end] with a type",
        ),
        ("x".repeat(DOCUMENT_BYTES_MAX + 1), "flow: the document is too long; split it into flows of at most 262144 bytes"),
    ] {
        assert_eq!(problems(&text), said);
    }
}

#[test]
fn every_problem_of_a_document_is_told_at_once_in_order() {
    let text = "name = \"t\"\nstart = \"a\"\n[nodes.a]\ntype = \"answer\"\nnext = \"b\"\n[nodes.c]\ntype = \"queue\"\nqueue = \"x\"\n[nodes.d]\ntype = \"nothing\"\n";
    let lines: Vec<Option<usize>> = Flow::parse(text, &Office).unwrap_err().into_iter().map(|p| p.line).collect();
    assert_eq!(lines, [Some(5), Some(6), Some(8), Some(10)]);
}

#[test]
fn nodes_are_shown_in_their_order_with_their_ways_out() {
    let flow =
        Flow::parse(&with("type = \"menu\"\nprompts = \"menu-demo\"\nchoices = { 2 = \"end\", 1 = \"n\" }\nnext = \"end\""), &Office)
            .unwrap();
    assert_eq!((flow.name(), flow.start(), flow.languages()), ("t", "a", &["en".to_owned(), "zh".to_owned()][..]));
    let shown: Vec<String> = flow.nodes().map(|n| format!("{} {} {:?}", n.name, n.kind, n.targets)).collect();
    assert_eq!(shown, [r#"a answer [("next", "n")]"#, r#"n menu [("1", "n"), ("2", "end"), ("next", "end")]"#, "end hang_up []"]);
}

#[test]
fn problems_are_bounded_in_number() {
    let mut text = String::from("name = \"t\"\nstart = \"n0\"\n");
    for i in 0..300 {
        text += &format!("[nodes.n{i}]\ntype = \"whistle\"\n");
    }
    assert_eq!(Flow::parse(&text, &Office).unwrap_err().len(), 200);
    for i in 300..501 {
        text += &format!("[nodes.n{i}]\ntype = \"hang_up\"\n");
    }
    assert_eq!(problems(&text), "flow: there are 501 nodes; split the flow; at most 500 are possible");
}

proptest! {
    #[test]
    fn any_text_is_a_flow_or_a_list_of_problems(text in "\\PC{0,200}") {
        prop_assert!(Flow::parse(&text, &Office).is_err());
    }

    /// Damages the shipped flow by a cut or a replaced word, and expects an answer, never a panic.
    #[test]
    fn a_damaged_flow_is_answered(at in 0..crate::flows::DEMO.len(), len in 0..200usize, word in "[a-z0-9\"=\\[\\]{}. \n-]{0,12}") {
        let mut text = crate::flows::DEMO.to_owned();
        let end = (at + len).min(text.len());
        text.replace_range(at..end, &word);
        if let Err(problems) = Flow::parse(&text, &Office) {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|p| !p.message.is_empty() && !p.mend.is_empty()));
        }
    }
}
