//! The formulas of a schema, compiled, with what they read, in an order in which each comes after what it reads.

use crate::language::{Formula, Scope};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use table::{
    column::ColumnKind,
    field::{AiSettings, Field, link::primary},
    id::{ColumnId, FieldId, TableId},
    schema::Schema,
};

/// One formula field.
pub(crate) struct Node {
    pub table: TableId,
    pub field: FieldId,
    pub column: ColumnId,
    pub kind: ColumnKind,
    /// `None`: it reads something that is gone, so every cell is `#REF!`.
    pub formula: Option<Formula>,
    pub ai: Option<AiSettings>,
    /// Fields of the same record that it reads.
    pub own: BTreeSet<FieldId>,
    /// Link fields of the same record of which it reads who is linked.
    pub links: BTreeSet<FieldId>,
    /// For a link field, whose cells show what the linked records are called: where these are. Texts that name no
    /// record are shown from there too.
    pub shows: Option<ColumnId>,
    /// Whole columns that it reads, by table (its own table may be among them).
    pub others: BTreeMap<TableId, BTreeSet<FieldId>>,
    pub volatile: bool,
    /// What a record costs, in records of a formula of plain operators.
    pub weight: u64,
}

/// The formula fields of one schema.
pub(crate) struct Graph {
    schema: Arc<Schema>,
    pub nodes: Vec<Arc<Node>>,
}

impl Graph {
    pub fn build(schema: &Arc<Schema>) -> Graph {
        let mut nodes: BTreeMap<FieldId, Arc<Node>> = BTreeMap::new();
        for table in schema.live_tables() {
            for field in table.live_fields() {
                let Some(source) = source_of(schema, field) else {
                    continue;
                };
                let scope = Scope {
                    schema,
                    table: table.id,
                    // A link field reads the records that it links, not itself.
                    field: field.link().is_none().then_some(field.id),
                };
                let formula = Formula::from_source(&source, &scope).ok();
                let reads = formula.as_ref().map(Formula::reads);
                let node = Node {
                    table: table.id,
                    field: field.id,
                    column: field.column,
                    kind: field.field_type.kind(),
                    ai: field.formula().and_then(|spec| spec.ai.clone()),
                    shows: field.link().map(|link| link.ids),
                    // What was typed into a link shows even where there is nobody to link to any more.
                    links: reads
                        .map(|reads| reads.links.clone())
                        .into_iter()
                        .flatten()
                        .chain(field.link().map(|_| field.id))
                        .collect(),
                    own: reads
                        .map(|reads| reads.own.iter().copied().collect())
                        .unwrap_or_default(),
                    others: reads
                        .map(|reads| {
                            let others = reads.others.iter();
                            others
                                .map(|(table, fields)| (*table, fields.iter().copied().collect()))
                                .collect()
                        })
                        .unwrap_or_default(),
                    volatile: reads.is_some_and(|reads| reads.volatile),
                    weight: formula.as_ref().map_or(1, Formula::weight),
                    formula,
                };
                nodes.insert(field.id, Arc::new(node));
            }
        }
        Graph {
            schema: schema.clone(),
            nodes: ordered(nodes),
        }
    }

    /// True if this graph was built from this very schema.
    pub fn is_of(&self, schema: &Arc<Schema>) -> bool {
        Arc::ptr_eq(&self.schema, schema)
    }

    pub fn node(&self, field: FieldId) -> Option<&Arc<Node>> {
        self.nodes.iter().find(|node| node.field == field)
    }
}

/// Depth first without recursion; commands refuse cycles, so one met here (an old damaged file) is cut.
fn ordered(mut rest: BTreeMap<FieldId, Arc<Node>>) -> Vec<Arc<Node>> {
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&start, _)) = rest.iter().next() {
        let mut open = vec![start];
        let mut on_path = BTreeSet::from([start]);
        while let Some(&field) = open.last() {
            let next = rest.get(&field).and_then(|node| {
                let others = node.others.values().flatten();
                node.own
                    .iter()
                    .chain(others)
                    .find(|read| rest.contains_key(read) && !on_path.contains(read))
                    .copied()
            });
            match next {
                Some(read) => {
                    open.push(read);
                    on_path.insert(read);
                }
                None => {
                    open.pop();
                    out.extend(rest.remove(&field));
                }
            }
        }
    }
    out
}

impl Node {
    /// The model that the field names; none: the default one.
    pub fn model(&self) -> Option<&str> {
        let model = self.ai.as_ref().map(|ai| ai.model.as_str());
        model.filter(|model| !model.is_empty())
    }

    /// All fields that it reads.
    pub fn reads(&self) -> impl Iterator<Item = FieldId> + '_ {
        self.own
            .iter()
            .chain(&self.links)
            .chain(self.others.values().flatten())
            .copied()
    }
}

/// What computes a field, in stored form: its formula, or for a link what the linked records are called. `None` for
/// other fields.
pub(crate) fn source_of(schema: &Schema, field: &Field) -> Option<String> {
    if let Some(link) = field.link() {
        // Nobody is linked in a table that is gone.
        return Some(match primary(schema, link.table) {
            Some(first) => format!("LINKED([#{}],#{}[#{}])", field.id, link.table, first.id),
            None => "\"\"".into(),
        });
    }
    field.formula().map(|spec| spec.source.clone())
}

/// What of a field its readers can see: where its cells are and how they are to be read.
pub(crate) fn seen(
    schema: &Schema,
    field: FieldId,
) -> Option<(ColumnId, &table::field::FieldType)> {
    schema
        .field(field)
        .map(|(_, field)| (field.column, &field.field_type))
}
