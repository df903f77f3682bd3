//! Answers subqueries that say the same for each row once, where GlueSQL answers them for each row.

use std::collections::BTreeMap;

use gluesql_core::ast::{BinaryOperator, Expr, Query};
use gluesql_core::data::Value;
use gluesql_core::error::Error;

use super::reading::Reading;
use super::select::{Answer, answer};
use super::walk::{self, Place};

/// Puts answers in the place of the subqueries in a query. Those that look at the row around them stay.
pub(super) fn answer_within(reading: &mut Reading<'_>, query: &mut Query) -> Result<(), Error> {
    walk::sources(query, &mut |source| answer_within(reading, source))?;
    walk::expressions(query, &mut |place| match place {
        Place::Condition(expr) | Place::Value(expr) => answer_in(reading, expr),
    })
}

fn answer_in(reading: &mut Reading<'_>, expr: &mut Expr) -> Result<(), Error> {
    walk::parts(expr, &mut |part| answer_in(reading, part))?;
    let Some(query) = walk::subquery(expr) else {
        return Ok(());
    };
    answer_within(reading, query)?;
    match answer(reading, query.clone()) {
        Ok(answer) => {
            if let Some(told) = told(expr, answer) {
                *expr = told;
            }
            Ok(())
        }
        Err(error) if reading.is_exhausted() => Err(error),
        // It looks at the row around it; or it is wrong, which shows once more when there are rows.
        Err(_) => Ok(()),
    }
}

/// The expression with what the query in it answers.
fn told(expr: &Expr, (labels, mut rows): Answer) -> Option<Expr> {
    match expr {
        Expr::Exists { negated, .. } => Some(Expr::Value(Value::Bool(rows.is_empty() == *negated))),
        // Of other sizes it is an error, which GlueSQL tells.
        Expr::Subquery(_) if labels.len() == 1 && rows.len() <= 1 => {
            let value = rows.pop().and_then(|mut row| row.pop());
            Some(Expr::Value(value.unwrap_or(Value::Null)))
        }
        Expr::InSubquery { expr, negated, .. } if labels.len() == 1 => {
            let is_in = Expr::BinaryOp {
                left: Box::new(Expr::Value(Value::Map(set(rows)?))),
                op: BinaryOperator::Arrow,
                right: expr.clone(),
            };
            Some(match negated {
                true => Expr::IsNull(Box::new(is_in)),
                false => Expr::IsNotNull(Box::new(is_in)),
            })
        }
        _ => None,
    }
}

/// The values as a map, in which GlueSQL looks up a value without looking at the others.
fn set(rows: Vec<Vec<Value>>) -> Option<BTreeMap<String, Value>> {
    let values = rows.into_iter().flatten();
    let member = |value| match value {
        Value::Str(text) => Some(text),
        Value::I64(number) => Some(number.to_string()),
        _ => None,
    };
    // NULL is equal to nothing.
    let values = values.filter(|value| *value != Value::Null);
    values
        .map(|value| Some((member(value)?, Value::Bool(true))))
        .collect()
}
