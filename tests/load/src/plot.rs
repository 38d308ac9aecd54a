//! A few lines over one axis as an SVG picture: each in a field of its own, with its least and greatest value. No colours that need a legend.

use std::fmt::Write as _;

const WIDTH: f64 = 900.0;
const FIELD: f64 = 150.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 28.0;

/// One line: its points are (x, y).
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The picture. Every field begins at zero, so that what looks flat is flat.
pub(crate) fn svg(axis: &str, lines: &[Line]) -> String {
    let height = FIELD * lines.len() as f64 + 30.0;
    let x_max = lines.iter().flat_map(|line| &line.points).map(|point| point.0).fold(1.0, f64::max);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (n, line) in lines.iter().enumerate() {
        let top = n as f64 * FIELD + TOP;
        field(&mut out, line, top, x_max);
    }
    let _ = writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{x_max:.0} {axis}</text>\n</svg>", WIDTH - 10.0, height - 10.0);
    out
}

fn field(out: &mut String, line: &Line, top: f64, x_max: f64) {
    let (bottom, right) = (top + FIELD - 40.0, WIDTH - 10.0);
    let y_max = line.points.iter().map(|point| point.1).fold(1.0, f64::max);
    let path: Vec<String> = line
        .points
        .iter()
        .map(|(x, y)| format!("{:.1},{:.1}", LEFT + x / x_max * (right - LEFT), bottom - y / y_max * (bottom - top)))
        .collect();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<text x=\"{LEFT}\" y=\"{}\">{}</text>\n<path d=\"M{LEFT},{top}V{bottom}H{right}\" fill=\"none\" stroke=\"#999\"/>\n\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{y_max:.0}</text>\n<text x=\"{}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\n\
         <polyline points=\"{}\" fill=\"none\" stroke=\"#1b6ec2\" stroke-width=\"1.5\"/>",
        top - 8.0,
        line.name,
        LEFT - 6.0,
        top + 10.0,
        LEFT - 6.0,
        path.join(" ")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_value_is_at_the_top_and_zero_at_the_bottom() {
        let drawn = svg("seconds", &[Line { name: "memory", points: vec![(0.0, 0.0), (10.0, 50.0)] }]);
        assert!(drawn.contains("points=\"70.0,138.0 890.0,28.0\""), "{drawn}");
        assert!(drawn.contains(">memory<") && drawn.contains(">10 seconds<") && drawn.contains(">50<"));
    }

    #[test]
    fn nothing_measured_is_an_empty_field() {
        assert!(svg("seconds", &[Line { name: "memory", points: Vec::new() }]).ends_with("</svg>\n"));
    }
}
