//! Walks through a query: its conditions, its other expressions, and the queries in them.

use gluesql_core::ast::{
    AggregateFunction, CountArgExpr, Expr, Function, Join, JoinConstraint, JoinOperator, Projection, Query,
    Select, SelectItem, SetExpr, TableFactor,
};

/// An expression that stands in a query itself, not within another expression.
pub(super) enum Place<'q> {
    /// `WHERE`, `HAVING` or `ON`: where it does not hold, there is no row.
    Condition(&'q mut Expr),
    /// Anything else.
    Value(&'q mut Expr),
}

/// Visits the expressions of a query.
pub(super) fn expressions<E>(
    query: &mut Query,
    visit: &mut dyn FnMut(Place<'_>) -> Result<(), E>,
) -> Result<(), E> {
    if let SetExpr::Select(select) = &mut query.body {
        let Select {
            projection: Projection::SelectItems(items),
            from,
            selection,
            group_by,
            having,
            ..
        } = select.as_mut();
        for item in items {
            if let SelectItem::Expr { expr, .. } = item {
                visit(Place::Value(expr))?;
            }
        }
        for Join { join_operator, .. } in &mut from.joins {
            let (JoinOperator::Inner(constraint) | JoinOperator::LeftOuter(constraint)) = join_operator;
            if let JoinConstraint::On(expr) = constraint {
                visit(Place::Condition(expr))?;
            }
        }
        for expr in selection.iter_mut().chain(having) {
            visit(Place::Condition(expr))?;
        }
        for expr in group_by {
            visit(Place::Value(expr))?;
        }
    }
    for order in &mut query.order_by {
        visit(Place::Value(&mut order.expr))?;
    }
    Ok(())
}

/// Visits the queries that a query reads from.
pub(super) fn sources<E>(
    query: &mut Query,
    visit: &mut dyn FnMut(&mut Query) -> Result<(), E>,
) -> Result<(), E> {
    let SetExpr::Select(select) = &mut query.body else {
        return Ok(());
    };
    let joined = select.from.joins.iter_mut().map(|join| &mut join.relation);
    for source in std::iter::once(&mut select.from.relation).chain(joined) {
        if let TableFactor::Derived { subquery, .. } = source {
            visit(subquery)?;
        }
    }
    Ok(())
}

/// Visits the expressions that an expression is made of.
pub(super) fn parts<E>(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr) -> Result<(), E>) -> Result<(), E> {
    match expr {
        Expr::IsNull(expr)
        | Expr::IsNotNull(expr)
        | Expr::Nested(expr)
        | Expr::UnaryOp { expr, .. }
        | Expr::InSubquery { expr, .. } => visit(expr),
        Expr::BinaryOp { left, right, .. } => {
            visit(left)?;
            visit(right)
        }
        Expr::InList { expr, list, .. } => {
            visit(expr)?;
            list.iter_mut().try_for_each(visit)
        }
        Expr::Between { expr, low, high, .. } => {
            visit(expr)?;
            visit(low)?;
            visit(high)
        }
        Expr::Like { expr, pattern, .. }
        | Expr::ILike { expr, pattern, .. }
        | Expr::Regex { expr, pattern, .. } => {
            visit(expr)?;
            visit(pattern)
        }
        Expr::Case {
            operand,
            when_then,
            else_result,
        } => {
            if let Some(operand) = operand {
                visit(operand)?;
            }
            for (when, then) in when_then {
                visit(when)?;
                visit(then)?;
            }
            match else_result {
                Some(expr) => visit(expr),
                None => Ok(()),
            }
        }
        Expr::Aggregate(aggregate) => match &mut aggregate.func {
            AggregateFunction::Count(CountArgExpr::Wildcard) => Ok(()),
            AggregateFunction::Count(CountArgExpr::Expr(expr))
            | AggregateFunction::Sum(expr)
            | AggregateFunction::Max(expr)
            | AggregateFunction::Min(expr)
            | AggregateFunction::Avg(expr)
            | AggregateFunction::Variance(expr)
            | AggregateFunction::Stdev(expr) => visit(expr),
        },
        Expr::Function(function) => arguments(function, visit),
        _ => Ok(()),
    }
}

/// Visits the arguments of the functions that conditions, aggregates and queries are given to. Those of
/// others are passed over.
fn arguments<E>(function: &mut Function, visit: &mut dyn FnMut(&mut Expr) -> Result<(), E>) -> Result<(), E> {
    match function {
        Function::Abs(expr)
        | Function::Cast { expr, .. }
        | Function::Ceil(expr)
        | Function::Floor(expr)
        | Function::Length(expr)
        | Function::Lower(expr)
        | Function::Round(expr)
        | Function::Trunc(expr)
        | Function::Upper(expr) => visit(expr),
        Function::Coalesce(exprs) | Function::Concat(exprs) | Function::Greatest(exprs) => {
            exprs.iter_mut().try_for_each(visit)
        }
        Function::IfNull { expr, then: other }
        | Function::NullIf {
            expr1: expr,
            expr2: other,
        } => {
            visit(expr)?;
            visit(other)
        }
        _ => Ok(()),
    }
}

/// The query that an expression asks itself.
pub(super) fn subquery(expr: &mut Expr) -> Option<&mut Query> {
    match expr {
        Expr::InSubquery { subquery, .. } | Expr::Exists { subquery, .. } | Expr::Subquery(subquery) => {
            Some(subquery)
        }
        _ => None,
    }
}
