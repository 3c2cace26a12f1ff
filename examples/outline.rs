//! Prints the outline of a source file, or of what stands around some of its lines: `cargo run --example outline -- src/service.py 40 41`.

use distributed_architect::engine::edit::Language;
use distributed_architect::engine::syntax;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("name a source file")?;
    let text = std::fs::read_to_string(&path)?;
    let mut lines: Vec<u32> = args.map(|a| a.parse()).collect::<Result<_, _>>()?;
    if lines.is_empty() {
        lines = (1..).zip(text.lines()).map(|(n, _)| n).collect();
    }
    let outline = syntax::outline(&text, Language::of_path(&path), &path, &lines).ok_or("no grammar reads this")?;
    let mut out = std::io::stdout().lock();
    std::io::Write::write_all(&mut out, outline.to_string().as_bytes())?;
    Ok(())
}
