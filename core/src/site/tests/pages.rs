//! Every page of a website.

use super::sample::*;
use super::*;

#[test]
fn all_pages_render() {
    assert_eq!(pages(website()).len(), 21);
    assert_eq!(empty_pages().len(), 13);
}
