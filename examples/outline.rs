//! Prints the outline of a source file: `cargo run --example outline -- src/service.py`.

use distributed_architect::engine::edit::Language;
use distributed_architect::engine::syntax;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a source file")?;
    let text = std::fs::read_to_string(&path)?;
    let lines: Vec<u32> = (1..).zip(text.lines()).map(|(n, _)| n).collect();
    let outline = syntax::outline(&text, Language::of_path(&path), &path, &lines).ok_or("no grammar reads this")?;
    let mut out = std::io::stdout().lock();
    std::io::Write::write_all(&mut out, outline.to_string().as_bytes())?;
    Ok(())
}
