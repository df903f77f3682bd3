//! Answers subqueries that say the same for each row once, where GlueSQL answers them for each row.

use std::collections::BTreeMap;

use gluesql_core::ast::{BinaryOperator, Expr, Projection, Query, SelectItem, SetExpr};
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
    let mut query = query.clone();
    if let Expr::InSubquery { .. } = expr {
        each_value_once(&mut query);
    }
    match answer(reading, query) {
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

/// Has a query give each value once, if that is easily done: GlueSQL holds all rows that are given, and
/// of groups only one row each.
fn each_value_once(query: &mut Query) {
    let (SetExpr::Select(select), None, None) = (&mut query.body, &query.limit, &query.offset) else {
        return;
    };
    let Projection::SelectItems(items) = &select.projection;
    if let [SelectItem::Expr { expr, .. }] = items.as_slice()
        && matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier { .. })
        && select.group_by.is_empty()
        && select.having.is_none()
    {
        select.group_by.push(expr.clone());
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
            let answer = match negated {
                true => Expr::IsNull(Box::new(is_in)),
                false => Expr::IsNotNull(Box::new(is_in)),
            };
            // Of NULL it is not known.
            Some(Expr::Case {
                operand: None,
                when_then: vec![(Expr::IsNotNull(expr.clone()), answer)],
                else_result: None,
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
