//! By which names this machine may be asked.
//!
//! A page of the web can let its own name lead to 127.0.0.1 and then read what is served there as its own
//! (DNS rebinding). Its requests carry that name.

use std::net::IpAddr;

use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;

/// By which names a server may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hosts {
    /// Those of this machine: `localhost` and its loopback addresses.
    ThisMachine,
    /// Any: others are to reach it, by names that are not known here.
    Any,
}

impl Hosts {
    /// Those of a server that listens at this address.
    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_loopback() {
            Self::ThisMachine
        } else {
            Self::Any
        }
    }

    /// Whether the request is to one of them. It must name one where that matters, and none but such.
    pub(super) fn allow(self, request: &Parts) -> bool {
        if self == Self::Any {
            return true;
        }
        let in_headers = request.headers.get_all(HOST).iter().map(|value| {
            let text = value.to_str().ok()?;
            text.parse::<Authority>().ok()
        });
        let in_target = request.uri.authority().cloned().map(Some);
        let named: Vec<_> = in_headers.chain(in_target).collect();
        !named.is_empty()
            && named
                .iter()
                .all(|name| name.as_ref().is_some_and(is_this_machine))
    }
}

/// Whichever the port: the one that a browser knows may lead here through a tunnel.
fn is_this_machine(authority: &Authority) -> bool {
    let host = authority.host();
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let is_loopback = |address: IpAddr| address.is_loopback();
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use rstest::rstest;

    use super::*;

    fn request(target: &str, hosts: &[&str]) -> Parts {
        let mut request = Request::get(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[rstest]
    #[case("localhost")]
    #[case("LocalHost:8000")]
    #[case("127.0.0.1")]
    #[case("127.0.0.1:8000")]
    #[case("127.0.0.2:80")]
    #[case("[::1]")]
    #[case("[::1]:8000")]
    fn this_machine_is_asked_by_its_names(#[case] host: &str) {
        assert!(Hosts::ThisMachine.allow(&request("/", &[host])));
    }

    #[rstest]
    #[case(&["evil.example"])]
    #[case(&["evil.example:8000"])]
    #[case(&["localhost.evil.example"])]
    #[case(&["127.0.0.1.evil.example"])]
    #[case(&["192.168.1.1"])]
    #[case(&["localhost@evil.example"])]
    #[case(&["localhost", "evil.example"])]
    #[case(&["evil.example", "localhost"])]
    #[case(&[""])]
    #[case(&["localhost, evil.example"])]
    #[case(&[])]
    fn others_are_refused(#[case] hosts: &[&str]) {
        assert!(!Hosts::ThisMachine.allow(&request("/", hosts)));
        assert!(Hosts::Any.allow(&request("/", hosts)));
    }

    #[test]
    fn what_is_named_in_the_request_line_counts_too() {
        assert!(!Hosts::ThisMachine.allow(&request("http://evil.example/", &["localhost"])));
        assert!(!Hosts::ThisMachine.allow(&request("http://localhost/", &["evil.example"])));
        assert!(Hosts::ThisMachine.allow(&request("http://localhost/", &["localhost"])));
    }
}
