//! Answers a `SELECT`.

use gluesql_core::ast::{Expr, Literal, Query, Statement};
use gluesql_core::data::Value;
use gluesql_core::error::{Error, EvaluateError, FetchError};
use gluesql_core::executor::{Payload, execute};
use gluesql_core::plan::StatementPlan;
use gluesql_core::sqlparser::ast as sql;
use gluesql_core::sqlparser::dialect::PostgreSqlDialect;
use gluesql_core::sqlparser::keywords::Keyword;
use gluesql_core::sqlparser::parser::{Parser, ParserError};
use gluesql_core::sqlparser::tokenizer::{Token, TokenWithLocation, Tokenizer};
use gluesql_core::store::Planner;
use gluesql_core::translate::translate;

use super::answer::{Cell, Table};
use super::error::QueryError;
use super::joins;
use super::logic;
use super::ordered::Records;
use super::reading::Reading;
use super::subqueries;
use super::tables::TABLES;

/// The longest query.
const SQL_MAX: usize = 100_000;
/// The most operators and keywords of a query: as deep as it may be nested, in the stack of a browser.
const OPERATORS_MAX: usize = 300;

/// How far a query may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectLimits {
    /// Rows that are given out.
    pub rows: usize,
    /// Rows that are read, in subqueries and joins again and again; if it is not said, twenty times as
    /// many as there are, and a million at least.
    ///
    /// Rows of `SERIES`, and those that a join makes of rows that it has read, are not counted, and
    /// `REPEAT` makes texts of any length: whoever answers strangers has to be able to end a query from
    /// outside, as a browser ends a Worker.
    pub rows_read: Option<u64>,
}

/// How often a query may read all there is.
const TIMES_READ: u64 = 20;
/// How many rows it may read however few there are.
const ROWS_READ_MIN: u64 = 1_000_000;

impl Default for SelectLimits {
    fn default() -> Self {
        Self {
            rows: 10_000,
            rows_read: None,
        }
    }
}

/// Answers the query.
pub(super) fn select(records: &Records, sql: &str, limits: SelectLimits) -> Result<Table, QueryError> {
    let tokens = tokens(sql)?;
    let named = Named::of(&tokens);
    let mut query = parse(tokens)?;
    joins::help(&mut query);
    logic::mend(&mut query);
    cut(&mut query, limits.rows);
    let rows_read = limits.rows_read.unwrap_or_else(|| {
        let all = records.held.records.len() + records.held.dependencies.len();
        (all as u64).saturating_mul(TIMES_READ).max(ROWS_READ_MIN)
    });
    let mut reading = Reading::new(records, |column| named.has(column), rows_read);
    let answered =
        subqueries::answer_within(&mut reading, &mut query).and_then(|()| answer(&mut reading, query));
    let (columns, mut rows) = match answered {
        Ok(answer) => answer,
        Err(_) if reading.is_exhausted() => {
            return Err(QueryError::TooManyRows { rows: rows_read });
        }
        Err(error) => return Err(in_words(error)),
    };
    let truncated = rows.len() > limits.rows;
    rows.truncate(limits.rows);
    let rows = rows
        .into_iter()
        .map(|row| row.into_iter().map(Cell::from).collect());
    Ok(Table {
        columns,
        rows: rows.collect(),
        truncated,
    })
}

/// Columns and rows of a query.
pub(super) type Answer = (Vec<String>, Vec<Vec<Value>>);

/// Gives a query to GlueSQL.
pub(super) fn answer(reading: &mut Reading<'_>, query: Query) -> Result<Answer, Error> {
    let plan = reading.plan(StatementPlan::from(Statement::Query(query)))?;
    match execute(reading, &plan)? {
        Payload::Select { labels, rows } => Ok((labels, rows)),
        _ => Ok((Vec::new(), Vec::new())),
    }
}

/// The words of the text. Names without quotes are in lower case, as PostgreSQL reads them.
fn tokens(text: &str) -> Result<Vec<TokenWithLocation>, QueryError> {
    if text.len() > SQL_MAX {
        return Err(QueryError::Syntax(format!("it has more than {SQL_MAX} bytes")));
    }
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize_with_location();
    let mut tokens = tokens.map_err(|error| QueryError::Syntax(error.to_string()))?;
    tokens.retain(|found| !matches!(found.token, Token::Whitespace(_)));
    if tokens.iter().filter(|found| is_operator(&found.token)).count() > OPERATORS_MAX {
        return Err(QueryError::Syntax(format!(
            "it has more than {OPERATORS_MAX} operators and keywords"
        )));
    }
    for found in &mut tokens {
        if let Token::Word(word) = &mut found.token
            && word.quote_style.is_none()
        {
            word.value.make_ascii_lowercase();
        }
    }
    Ok(tokens)
}

/// Whether a token may nest an expression.
fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::Comma | Token::Period | Token::Number(..) | Token::SingleQuotedString(_) => false,
        _ => true,
    }
}

/// The names in a query. A column that is not among them need not be there.
enum Named {
    All,
    These(Vec<String>),
}

impl Named {
    fn of(tokens: &[TokenWithLocation]) -> Self {
        let mut names = Vec::new();
        let token = |place: usize| tokens.get(place).map(|found| &found.token);
        for (place, found) in tokens.iter().enumerate() {
            match &found.token {
                Token::Word(word) => names.push(word.value.clone()),
                // `COUNT(*)` counts rows and looks at none of their columns.
                Token::Mul => {
                    let around = (place.checked_sub(1).and_then(token), token(place + 1));
                    if around != (Some(&Token::LParen), Some(&Token::RParen)) {
                        return Self::All;
                    }
                }
                _ => {}
            }
        }
        Self::These(names)
    }

    fn has(&self, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|name| name == column),
        }
    }
}

/// The one `SELECT` that the text is.
fn parse(tokens: Vec<TokenWithLocation>) -> Result<Query, QueryError> {
    let dialect = PostgreSqlDialect {};
    let parser = Parser::new(&dialect).with_tokens_with_locations(tokens);
    let mut statements = { parser }.parse_statements().map_err(|error| match error {
        ParserError::TokenizerError(what) | ParserError::ParserError(what) => QueryError::Syntax(what),
        ParserError::RecursionLimitExceeded => QueryError::Syntax("it is nested too deeply".to_owned()),
    })?;
    let not_a_select = |what: &str| Err(QueryError::NotASelect(what.to_owned()));
    match (statements.pop(), statements.is_empty()) {
        (None, _) => not_a_select("there is no query"),
        (Some(_), false) => not_a_select("one query at a time is answered, and these are several"),
        (Some(statement @ sql::Statement::Query(_)), true) => match translate(&statement) {
            Ok(Statement::Query(query)) => Ok(query),
            Ok(_) => not_a_select("this is no query"),
            Err(error) => Err(in_words(error)),
        },
        (Some(other), true) => {
            let text = other.to_string();
            let word = text.split_whitespace().next().unwrap_or_default();
            not_a_select(&format!(
                "{word} is not allowed: records are only read, so a query begins with SELECT"
            ))
        }
    }
}

/// Has the query give one row more than are given out at most, by which it is known that there are more.
fn cut(query: &mut Query, rows: usize) {
    let most = i64::try_from(rows).unwrap_or(i64::MAX).saturating_add(1);
    let is_fewer = match &query.limit {
        None => false,
        Some(Expr::Literal(Literal::Number(number))) => *number < i128::from(most),
        // A limit that has to be calculated; what is beyond is cut off afterwards.
        Some(_) => true,
    };
    if !is_fewer {
        query.limit = Some(Expr::Value(Value::I64(most)));
    }
}

/// The error in words of a channel's records.
fn in_words(error: Error) -> QueryError {
    match error {
        Error::Fetch(FetchError::TableNotFound(name)) => QueryError::NoTable {
            name,
            tables: TABLES.map(|table| table.name).join(" and "),
        },
        Error::Evaluate(EvaluateError::IdentifierNotFound(name)) => no_column(name),
        Error::Evaluate(EvaluateError::CompoundIdentifierNotFound {
            table_alias,
            column_name,
        }) => no_column(format!("{table_alias}.{column_name}")),
        other => {
            let text = other.to_string();
            // GlueSQL says first which of its parts it was.
            let what = text.split_once(": ").map_or(text.as_str(), |(_, what)| what);
            QueryError::Refused(what.to_owned())
        }
    }
}

fn no_column(name: String) -> QueryError {
    let tables = TABLES.map(|table| {
        let columns = table.describe().columns;
        let columns: Vec<&str> = columns.iter().map(|column| column.name).collect();
        format!("{} has {}", table.name, columns.join(", "))
    });
    QueryError::NoColumn {
        name,
        tables: tables.join("; "),
    }
}
