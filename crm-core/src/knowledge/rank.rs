//! How well an article answers a search, as a number that can be explained. Pure arithmetic.
//!
//! The text's part is BM25F (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, 3.6) over title and
//! body, times how much of what was looked for is there at all. The other part is how often the article solved the contact it was used
//! in: the lower bound of Wilson's interval (E. B. Wilson, 1927), which trusts few cases less than many.

/// Saturation of a term's frequency: the usual value.
const K1: f64 = 1.2;
/// A hit in the title counts for so many in the body.
const TITLE_WEIGHT: f64 = 3.0;
/// How far the length of a field counts, 0 to 1. Titles differ little in what their length means.
const TITLE_B: f64 = 0.4;
const BODY_B: f64 = 0.75;
/// 95 % of a normal distribution lie within so many standard deviations.
const Z: f64 = 1.96;

/// All that is searched, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Corpus {
    pub articles: u64,
    /// Mean tokens of a title and of a body.
    pub title_mean: f64,
    pub body_mean: f64,
}

/// One article's tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lengths {
    pub title: u64,
    pub body: u64,
}

/// One term of the search in one article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// Articles that hold it, of all.
    pub articles: u64,
    /// How often it stands in this one's title and body.
    pub title: u64,
    pub body: u64,
}

/// How telling a term is that `holding` of all articles hold; above 0.
pub fn weight(corpus: &Corpus, holding: u64) -> f64 {
    let (all, holding) = (corpus.articles.max(holding) as f64, holding as f64);
    (1.0 + (all - holding + 0.5) / (holding + 0.5)).ln()
}

/// The text's part of the score; 0 when no term is there. Terms that no article holds say nothing and are not to be handed in.
pub fn text_score(corpus: &Corpus, lengths: Lengths, terms: &[Term]) -> f64 {
    let relative = |length: u64, mean: f64, b: f64| 1.0 - b + b * if mean > 0.0 { length as f64 / mean } else { 1.0 };
    let title = relative(lengths.title, corpus.title_mean, TITLE_B);
    let body = relative(lengths.body, corpus.body_mean, BODY_B);
    let (mut score, mut there, mut wanted) = (0.0, 0.0, 0.0);
    for term in terms {
        let weight = weight(corpus, term.articles);
        wanted += weight;
        let frequency = TITLE_WEIGHT * term.title as f64 / title + term.body as f64 / body;
        if frequency > 0.0 {
            there += weight;
            score += weight * frequency * (K1 + 1.0) / (K1 + frequency);
        }
    }
    if wanted > 0.0 { score * (0.5 + 0.5 * there / wanted) } else { 0.0 }
}

/// The share of `used` in which it `solved` the contact that can be relied on, 0 to 1.
pub fn solved_share(solved: u64, used: u64) -> f64 {
    if used == 0 {
        return 0.0;
    }
    let n = used as f64;
    let p = solved.min(used) as f64 / n;
    let (z2, spread) = (Z * Z, (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt());
    ((p + z2 / (2.0 * n) - Z * spread) / (1.0 + z2 / n)).clamp(0.0, 1.0)
}

/// Both parts together: an article that always helps counts up to twice.
pub fn score(text: f64, solved_share: f64) -> f64 {
    text * (1.0 + solved_share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORPUS: Corpus = Corpus { articles: 100, title_mean: 4.0, body_mean: 100.0 };

    fn text(lengths: (u64, u64), terms: &[(u64, u64, u64)]) -> f64 {
        let terms: Vec<Term> = terms.iter().map(|&(articles, title, body)| Term { articles, title, body }).collect();
        text_score(&CORPUS, Lengths { title: lengths.0, body: lengths.1 }, &terms)
    }

    #[test]
    fn the_better_of_two_articles_scores_higher() {
        let table = [
            ("in the title rather than in the body", text((4, 100), &[(5, 1, 0)]), text((4, 100), &[(5, 0, 1)])),
            ("a rare word rather than a common one", text((4, 100), &[(2, 0, 1)]), text((4, 100), &[(60, 0, 1)])),
            ("more often rather than once", text((4, 100), &[(5, 0, 3)]), text((4, 100), &[(5, 0, 1)])),
            ("a short text rather than a long one", text((4, 50), &[(5, 0, 1)]), text((4, 500), &[(5, 0, 1)])),
            ("both words rather than one often", text((4, 100), &[(5, 0, 1), (5, 0, 1)]), text((4, 100), &[(5, 0, 9), (5, 0, 0)])),
        ];
        for (what, better, worse) in table {
            assert!(better > worse && worse > 0.0, "{what}: {better} {worse}");
        }
        assert!(text((4, 100), &[(5, 0, 0)]) <= 0.0);
        assert!(text((4, 100), &[]) <= 0.0);
    }

    #[test]
    fn few_cases_are_trusted_less_than_many() {
        // Reference: the interval's textbook values, e.g. 8 of 10 gives 0.490.
        let table = [(0, 0, 0.0), (0, 10, 0.0), (1, 1, 0.207), (8, 10, 0.490), (80, 100, 0.711), (10, 10, 0.722), (100, 100, 0.963)];
        for (solved, used, expected) in table {
            assert!((solved_share(solved, used) - expected).abs() < 0.001, "{solved} of {used}: {}", solved_share(solved, used));
        }
        assert!(solved_share(7, 5) <= solved_share(5, 5), "never more than all");
    }

    #[test]
    fn nothing_is_not_a_number() {
        let empty = Corpus::default();
        let lone = text_score(&empty, Lengths::default(), &[Term { articles: 1, title: 1, body: 0 }]);
        assert!(lone.is_finite() && lone > 0.0);
    }
}
