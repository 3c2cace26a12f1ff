//! The JSON Schema of a topology file (draft 2020-12), so that editors complete what the reader reads. The file that ships is made of
//! the table of keys; a test holds it equal, and writes it.

/// The schema, as `distarch topology schema` prints it.
pub const TEXT: &str = include_str!("../../schemas/topology.schema.json");

#[cfg(test)]
mod made;
