//! Helps GlueSQL where it would work through more than it has to: conditions on a joined table are put
//! where it looks before it joins, and `EXISTS` that compares one value is made an `IN`.

use std::collections::BTreeSet;
use std::convert::Infallible;

use gluesql_core::ast::{
    BinaryOperator, Expr, JoinConstraint, JoinOperator, Projection, Query, Select, SelectItem, SetExpr,
    TableFactor,
};
use gluesql_core::data::Value;

use super::walk::{self, Place};

/// Helps with a query, and with the queries in it.
pub(super) fn help(query: &mut Query) {
    let Ok(()) = walk::sources::<Infallible>(query, &mut |source| {
        help(source);
        Ok(())
    });
    let Ok(()) = walk::expressions::<Infallible>(query, &mut |place| {
        let (Place::Condition(expr) | Place::Value(expr)) = place;
        help_within(expr);
        Ok(())
    });
    if let SetExpr::Select(select) = &mut query.body {
        move_conditions(select);
    }
}

fn help_within(expr: &mut Expr) {
    let Ok(()) = walk::parts::<Infallible>(expr, &mut |part| {
        help_within(part);
        Ok(())
    });
    if let Some(query) = walk::subquery(expr) {
        help(query);
    }
    if let Some(told) = in_for_exists(expr) {
        *expr = told;
    }
}

/// Puts the parts of `WHERE` that are about one table of an inner join into its `ON`.
fn move_conditions(select: &mut Select) {
    let Some(selection) = select.selection.take() else {
        return;
    };
    let mut stay = Vec::new();
    for condition in conjuncts(selection) {
        let names = tables_of(&condition);
        let mut inner = select.from.joins.iter_mut().filter_map(|join| {
            match (&mut join.join_operator, name_of(&join.relation)) {
                (JoinOperator::Inner(JoinConstraint::On(on)), Some(name)) => Some((name, on)),
                _ => None,
            }
        });
        let is_of = |name: &str| names.as_ref().is_some_and(|names| names.iter().eq([name]));
        match inner.find(|(name, _)| is_of(name)) {
            Some((_, on)) => {
                let before = std::mem::replace(on, Expr::Value(Value::Null));
                *on = and(before, condition);
            }
            None => stay.push(condition),
        }
    }
    select.selection = stay.into_iter().reduce(and);
}

/// `y IN (SELECT x …)` for `EXISTS (SELECT … WHERE x = y AND …)`, where y is of the query around and
/// all else is not.
fn in_for_exists(expr: &Expr) -> Option<Expr> {
    let Expr::Exists { subquery, negated } = expr else {
        return None;
    };
    let (SetExpr::Select(select), None, None) = (&subquery.body, &subquery.limit, &subquery.offset) else {
        return None;
    };
    // An aggregate gives a row even of none.
    let Projection::SelectItems(items) = &select.projection;
    let is_plain = items.iter().all(|item| match item {
        SelectItem::Expr { expr, .. } => matches!(expr, Expr::Identifier(_)) || tables_of(expr).is_some(),
        _ => true,
    });
    if !is_plain || !select.group_by.is_empty() || select.having.is_some() || !select.from.joins.is_empty() {
        return None;
    }
    let own = BTreeSet::from([name_of(&select.from.relation)?.to_owned()]);
    let mut compared = None;
    let mut others = Vec::new();
    for condition in conjuncts(select.selection.clone()?) {
        if tables_of(&condition).is_some_and(|names| names == own) {
            others.push(condition);
        } else if compared.is_none() {
            compared = Some(compared_values(condition, &own)?);
        } else {
            return None;
        }
    }
    let (inner, outer) = compared?;
    let mut subquery = subquery.clone();
    subquery.order_by.clear();
    if let SetExpr::Select(select) = &mut subquery.body {
        let label = "compared".to_owned();
        select.projection = Projection::SelectItems(vec![SelectItem::Expr { expr: inner, label }]);
        select.selection = others.into_iter().reduce(and);
    }
    let is_in = Expr::InSubquery {
        expr: Box::new(outer),
        subquery,
        negated: false,
    };
    // Whether NULL is in it is not known, but that there is no row with it.
    Some(Expr::Case {
        operand: None,
        when_then: vec![(is_in, Expr::Value(Value::Bool(!negated)))],
        else_result: Some(Box::new(Expr::Value(Value::Bool(*negated)))),
    })
}

/// The two sides of an equation: the one of the table, and the one of other tables only.
fn compared_values(condition: Expr, own: &BTreeSet<String>) -> Option<(Expr, Expr)> {
    let Expr::BinaryOp {
        left,
        op: BinaryOperator::Eq,
        right,
    } = condition
    else {
        return None;
    };
    let (left_names, right_names) = (tables_of(&left)?, tables_of(&right)?);
    let is_other = |names: &BTreeSet<String>| !names.is_empty() && names.is_disjoint(own);
    if left_names == *own && is_other(&right_names) {
        Some((*left, *right))
    } else if right_names == *own && is_other(&left_names) {
        Some((*right, *left))
    } else {
        None
    }
}

/// What a query calls a table that it reads.
fn name_of(table: &TableFactor) -> Option<&str> {
    match table {
        TableFactor::Table {
            alias: Some(alias), ..
        }
        | TableFactor::Derived { alias, .. } => Some(&alias.name),
        TableFactor::Table { name, .. } => Some(name),
        _ => None,
    }
}

/// The conditions that all have to hold.
fn conjuncts(condition: Expr) -> Vec<Expr> {
    match condition {
        Expr::Nested(inner) => conjuncts(*inner),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => [conjuncts(*left), conjuncts(*right)].concat(),
        other => vec![other],
    }
}

fn and(left: Expr, right: Expr) -> Expr {
    Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::And,
        right: Box::new(right),
    }
}

/// The tables that an expression names, if it names those of all its columns, and is simple enough to
/// tell.
fn tables_of(expr: &Expr) -> Option<BTreeSet<String>> {
    let all = |parts: &mut dyn Iterator<Item = &Expr>| {
        parts.map(tables_of).try_fold(BTreeSet::new(), |mut all, names| {
            all.append(&mut names?);
            Some(all)
        })
    };
    match expr {
        Expr::Literal(_) | Expr::Value(_) => Some(BTreeSet::new()),
        Expr::CompoundIdentifier { alias, .. } => Some(BTreeSet::from([alias.clone()])),
        Expr::IsNull(expr) | Expr::IsNotNull(expr) | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => {
            tables_of(expr)
        }
        Expr::BinaryOp { left, right, .. } => all(&mut [&**left, &**right].into_iter()),
        Expr::InList { expr, list, .. } => all(&mut std::iter::once(&**expr).chain(list)),
        Expr::Between { expr, low, high, .. } => all(&mut [&**expr, &**low, &**high].into_iter()),
        Expr::Like { expr, pattern, .. }
        | Expr::ILike { expr, pattern, .. }
        | Expr::Regex { expr, pattern, .. } => all(&mut [&**expr, &**pattern].into_iter()),
        _ => None,
    }
}
