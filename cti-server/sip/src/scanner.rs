//! Whether a message comes from one of the tools that scan the net for telephone systems and say so. Those that do not are for the limits
//! of the gate. It looks at names only and parses nothing.

/// How far into a message is looked: those headers stand at the beginning.
const HEAD_BYTES: usize = 2 * 1024;
/// Names such tools give themselves, in lower case.
const NAMES: [&[u8]; 12] = [
    b"friendly-scanner",
    b"friendly-request",
    b"sipvicious",
    b"sundayddr",
    b"sip-scan",
    b"sipscan",
    b"sipcli/",
    b"vaxsipuseragent",
    b"siparmyknife",
    b"pplsip",
    b"svcrack",
    b"svwar",
];

/// Whether User-Agent or From names such a tool.
pub fn is_scanner(message: &[u8]) -> bool {
    let head = message.get(..HEAD_BYTES).unwrap_or(message);
    let lines = head.split(|byte| *byte == b'\n').skip(1).take_while(|line| !line.trim_ascii().is_empty());
    lines.filter(|line| names_somebody(line)).any(|line| {
        let line = line.to_ascii_lowercase();
        NAMES.iter().any(|name| line.windows(name.len()).any(|window| window == *name))
    })
}

fn names_somebody(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii();
    [&b"user-agent"[..], b"from", b"f"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_calls_themselves_so_is_one() {
        let table = [
            ("User-Agent: friendly-scanner", true),
            ("user-agent :  Friendly-Scanner 1.0", true),
            ("From: \"sipvicious\"<sip:100@1.1.1.1>;tag=1", true),
            ("f: <sip:sipvicious@1.1.1.1>", true),
            ("User-Agent: Yealink SIP-T46U 108.86", false),
            ("Subject: our friendly-scanner is broken", false),
            ("To: <sip:sipvicious@pbx.example>", false),
            ("User-Agent: sipclient 2", false),
            ("", false),
        ];
        for (header, scanner) in table {
            let text =
                format!("OPTIONS sip:100@a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n{header}\r\nUser-Agent-Of: svwar\r\n\r\nUser-Agent: svwar");
            assert_eq!(is_scanner(text.as_bytes()), scanner, "{header}");
        }
        assert!(!is_scanner(b"") && !is_scanner(b"\n\n\n"));
    }
}
