//! Mends conditions that GlueSQL 0.20 answers wrongly: it takes `TRUE OR NULL` and `FALSE AND NULL` for
//! `NULL`.
//!
//! No column holds `NULL`, but `LEFT JOIN` brings it: `d.path IS NULL OR d.kind = 'constrains'` would
//! find nothing at all.

use std::convert::Infallible;

use gluesql_core::ast::{BinaryOperator, Expr, Query, UnaryOperator};
use gluesql_core::data::Value;

use super::walk::{self, Place};

/// What a condition decides where it is neither true nor false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    /// It has to be true: unknown is as good as false.
    IsFalse,
    /// It has to be false, behind a `NOT`: unknown is as good as true.
    IsTrue,
}

/// Mends the conditions of a query, and those of the queries in it.
pub(super) fn mend(query: &mut Query) {
    let mut source = |source: &mut Query| {
        mend(source);
        Ok(())
    };
    let Ok(()) = walk::sources::<Infallible>(query, &mut source);
    let Ok(()) = walk::expressions::<Infallible>(query, &mut |place| {
        match place {
            Place::Condition(expr) => {
                mend_within(expr);
                mend_condition(expr, Unknown::IsFalse);
            }
            Place::Value(expr) => mend_within(expr),
        }
        Ok(())
    });
}

/// Mends what stands in an expression as a condition of its own.
fn mend_within(expr: &mut Expr) {
    if let Some(query) = walk::subquery(expr) {
        mend(query);
    }
    if let Expr::Case {
        operand: None,
        when_then,
        ..
    } = expr
    {
        for (when, _) in when_then {
            mend_condition(when, Unknown::IsFalse);
        }
    }
    let Ok(()) = walk::parts::<Infallible>(expr, &mut |part| {
        mend_within(part);
        Ok(())
    });
}

fn mend_condition(expr: &mut Expr, unknown: Unknown) {
    match expr {
        Expr::Nested(inner) => mend_condition(inner, unknown),
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr: inner,
        } => mend_condition(
            inner,
            match unknown {
                Unknown::IsFalse => Unknown::IsTrue,
                Unknown::IsTrue => Unknown::IsFalse,
            },
        ),
        Expr::BinaryOp { left, op, right } => {
            let is_wrong = match op {
                BinaryOperator::And => unknown == Unknown::IsTrue,
                BinaryOperator::Or => unknown == Unknown::IsFalse,
                _ => return,
            };
            for side in [left, right] {
                mend_condition(side, unknown);
                if is_wrong {
                    decide(side, unknown);
                }
            }
        }
        _ => {}
    }
}

/// Puts an expression that is never `NULL` in the place of one.
fn decide(expr: &mut Expr, unknown: Unknown) {
    let inner = std::mem::replace(expr, Expr::Value(Value::Null));
    let truth = |is_true| Expr::Value(Value::Bool(is_true));
    let (when, then) = match unknown {
        Unknown::IsFalse => (inner, true),
        Unknown::IsTrue => {
            let not = Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr: Box::new(inner),
            };
            (not, false)
        }
    };
    *expr = Expr::Case {
        operand: None,
        when_then: vec![(when, truth(then))],
        else_result: Some(Box::new(truth(!then))),
    };
}
