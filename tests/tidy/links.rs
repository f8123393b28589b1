//! Relative links in Markdown files lead to existing files, and their anchors to existing headings. rustdoc checks the
//! links of the documentation.

use std::{fs, path::Path};

const PAGES: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "benches/README.md",
    "tests/README.md",
];

/// Returns the targets of links and pictures outside of code.
fn targets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        // Parts with an odd index are between backticks.
        let prose = line.split('`').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { "code" });
        let prose = prose.collect::<String>();
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        found.extend(links.map(str::to_owned));
    }
    found
}

/// Returns the anchors of a page's headings, as GitHub and rustdoc derive them.
fn anchors(text: &str) -> Vec<String> {
    let mut fenced = false;
    let headings = text.lines().filter(|line| {
        fenced ^= line.starts_with("```");
        !fenced && line.starts_with('#')
    });
    headings
        .map(|line| {
            let kept = line.trim_start_matches('#').trim().to_lowercase();
            let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

/// Returns the fault of a link; `None` if it is correct. `read` returns the text of a file, and an empty text for a
/// folder.
fn fault(page: &str, target: &str, read: impl Fn(&str) -> Option<String>) -> Option<String> {
    if target.contains("://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match (file.is_empty(), folder.is_empty()) {
        (true, _) => page.to_owned(),
        (_, true) => file.to_owned(),
        _ => format!("{folder}/{file}"),
    };
    let Some(text) = read(&path) else { return Some(format!("{page}: `{target}` does not exist")) };
    (!anchor.is_empty() && !anchors(&text).iter().any(|heading| heading == anchor))
        .then(|| format!("{page}: `{target}` has no such heading"))
}

/// Reads a file or folder of the workspace.
fn read(path: &str) -> Option<String> {
    let path = Path::new("..").join(path);
    path.exists().then(|| fs::read_to_string(&path).unwrap_or_default())
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut faults = Vec::new();
    for page in PAGES {
        let text = read(page).unwrap_or_default();
        faults.extend(targets(&text).iter().filter_map(|target| fault(page, target, read)));
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn readme_names_the_supported_rust_version() {
    let manifest = read("Cargo.toml").expect("the workspace has a manifest");
    let version = manifest.split("rust-version = \"").nth(1).and_then(|rest| rest.split('"').next());
    let version = version.expect("the manifest has a rust-version");
    let readme = read("README.md").expect("the project has a README");
    for text in [format!("rustc-{version}%2B"), format!("rustc {version}+"), format!("version is {version}.")]
    {
        assert!(readme.contains(&text), "README.md lacks `{text}`");
    }
}

#[test]
fn broken_link_is_reported() {
    let read = |path: &str| match path {
        "a/b.md" => Some("# One `two`!\n```\n# not\n```\n".to_owned()),
        "c.md" => Some(String::new()),
        _ => None,
    };
    for (page, target, wrong) in [
        ("c.md", "a/b.md", false),
        ("c.md", "a/b.md#one-two", false),
        ("c.md", "a/b.md#not", true),
        ("c.md", "b.md", true),
        ("a/b.md", "../c.md", true),
        ("a/b.md", "#one-two", false),
        ("c.md", "#one", true),
        ("c.md", "https://nobody.example/", false),
    ] {
        assert_eq!(fault(page, target, read).is_some(), wrong, "{page}: {target}");
    }
    assert_eq!(targets("[a](b) `[c](d)` ![e](f.png)\n```\n[g](h)\n```"), ["b", "f.png"]);
}
