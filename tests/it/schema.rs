//! The schema that the store states is that of the databases.

use madoguchi::store::{ColumnKind, Dialect, SCHEMA, Store};
use sqlx::{AnyConnection, Connection, Row};

use crate::support::desk::{Desk, on_both};

on_both!(the_schema_of_the_store_is_that_of_the_database);

/// A table of a catalogue: its name, its key and its columns.
type Table = (String, Vec<String>, Vec<(String, ColumnKind)>);

fn the_schema_of_the_store_is_that_of_the_database(desk: &Desk) {
    let url = desk.database_url();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let store = Store::open(&url).await.unwrap();
        store.migrate(&url).await.unwrap();
        store.close().await;
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let mut found = catalogue(&mut connection, Dialect::of(&url)).await;
        found.sort_by(|one, other| one.0.cmp(&other.0));
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut stated: Vec<Table> = SCHEMA
            .iter()
            .map(|table| {
                let columns = table.columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind));
                (table.name.to_owned(), owned(table.key), columns.collect())
            })
            .collect();
        stated.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(found, stated);
    });
}

/// Every table but that of the migrator and those of the search index, which are derived data.
async fn catalogue(connection: &mut AnyConnection, dialect: Dialect) -> Vec<Table> {
    let (tables, columns, keys) = match dialect {
        Dialect::Sqlite => (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
            "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
        ),
        Dialect::Postgres => (
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema()",
            "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
            "SELECT CAST(kcu.column_name AS TEXT)
             FROM information_schema.table_constraints AS tc
             JOIN information_schema.key_column_usage AS kcu USING (constraint_schema, constraint_name)
             WHERE tc.table_schema = current_schema() AND tc.constraint_type = 'PRIMARY KEY' AND tc.table_name = $1
             ORDER BY kcu.ordinal_position",
        ),
    };
    let rows = sqlx::query(tables).fetch_all(&mut *connection).await.unwrap();
    let mut found = Vec::new();
    for table in rows
        .iter()
        .map(|row| row.get::<String, _>(0))
        .filter(|name| name != "_sqlx_migrations" && !name.starts_with("search_"))
    {
        let rows = sqlx::query(columns).bind(table.clone()).fetch_all(&mut *connection).await.unwrap();
        let columns = rows.iter().map(|row| (row.get(0), kind(&row.get::<String, _>(1)))).collect();
        let rows = sqlx::query(keys).bind(table.clone()).fetch_all(&mut *connection).await.unwrap();
        found.push((table, rows.iter().map(|row| row.get(0)).collect(), columns));
    }
    found
}

/// The kind of a column by its declared type.
fn kind(declared: &str) -> ColumnKind {
    match declared.to_uppercase().as_str() {
        "BIGINT" | "INTEGER" => ColumnKind::Integer,
        "TEXT" => ColumnKind::Text,
        "BYTEA" => ColumnKind::Bytes,
        other => panic!("a column of type {other}"),
    }
}
