//! Licence expressions as manifests write them (SPDX, and the old `A/B`). Says whether one can be satisfied; knows no crate.

/// Whether the expression can be satisfied with these licences alone. `None` when it cannot be read.
///
/// `AND` binds closer than `OR` (SPDX specification, annex D). `/` is the form of old manifests and means `OR`.
pub fn satisfied(expression: &str, allowed: &[&str]) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    let value = reader.any()?;
    reader.words.is_empty().then_some(value)
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn take(&mut self, word: &str) -> bool {
        let there = self.words.first() == Some(&word);
        if there {
            self.words = &self.words[1..];
        }
        there
    }

    fn any(&mut self) -> Option<bool> {
        let mut value = self.all()?;
        while self.take("OR") {
            value |= self.all()?;
        }
        Some(value)
    }

    fn all(&mut self) -> Option<bool> {
        let mut value = self.one()?;
        while self.take("AND") {
            value &= self.one()?;
        }
        Some(value)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let value = self.any()?;
            return self.take(")").then_some(value);
        }
        let name = self.next().filter(|name| !matches!(*name, ")" | "OR" | "AND" | "WITH"))?;
        if self.take("WITH") {
            let exception = self.next()?;
            return Some(self.allowed.contains(&format!("{name} WITH {exception}").as_str()));
        }
        Some(self.allowed.contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::satisfied;

    #[test]
    fn an_expression_is_satisfied_by_the_allowed_licences_alone() {
        let table = [
            ("MIT", Some(true)),
            ("GPL-3.0", Some(false)),
            ("MIT OR GPL-3.0", Some(true)),
            ("MIT AND GPL-3.0", Some(false)),
            ("GPL-3.0 OR MIT AND Zlib", Some(true)),
            ("MIT AND (GPL-3.0 OR Zlib)", Some(true)),
            ("(MIT OR Zlib) AND GPL-3.0", Some(false)),
            ("GPL-3.0/MIT", Some(true)),
            ("GPL-3.0 / AGPL-3.0", Some(false)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("Apache-2.0 WITH Other-exception", Some(false)),
            ("", None),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT Zlib", None),
        ];
        for (expression, expected) in table {
            assert_eq!(satisfied(expression, &["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"]), expected, "{expression}");
        }
    }
}
