//! The stream of an upgraded request, as a host that runs on hyper passes it on. Outside of `server`, the only file that
//! names hyper.

use http::Extensions;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::net::TcpStream;

use crate::socket::Transport;

/// Resolves to the stream of a request once its 101 is sent.
pub(super) struct HostUpgrade(OnUpgrade);

/// The reason why there is no stream.
pub(super) enum NoStream {
    /// The connection ended, or the 101 was not sent.
    Ended,
    /// The host does not serve upgrades: a mistake of the application.
    NotServed,
}

impl HostUpgrade {
    /// Takes the upgrade of a request; `None` unless the host runs on hyper and passes it on.
    pub(super) fn take(extensions: &mut Extensions) -> Option<Self> {
        extensions.remove().map(Self)
    }

    /// Waits for the stream and the bytes that the client sent right after its handshake.
    pub(super) async fn stream(self) -> Result<(Transport, Vec<u8>), NoStream> {
        match self.0.await {
            Ok(upgraded) => Ok(recover(upgraded)),
            Err(error) if error.is_user() => Err(NoStream::NotServed),
            Err(_) => Err(NoStream::Ended),
        }
    }
}

/// Takes plain TCP out of hyper, so that frames are written without it. Any other stream stays inside.
fn recover(upgraded: Upgraded) -> (Transport, Vec<u8>) {
    // hyper-util's server, which axum uses, has a wrapper around the stream.
    let upgraded = match auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
        Ok(parts) => return (tcp(parts.io), parts.read_buf.into()),
        Err(upgraded) => upgraded,
    };
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => (tcp(parts.io), parts.read_buf.into()),
        Err(upgraded) => (Transport::of(TokioIo::new(upgraded)), Vec::new()),
    }
}

fn tcp(stream: TokioIo<TcpStream>) -> Transport {
    Transport::of(stream.into_inner()).without_delay()
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, future::ready};

    use http::{Request, Response, StatusCode};
    use hyper::{body::Incoming, server::conn::http1, service::service_fn};
    use hyper_util::rt::TokioExecutor;
    use tokio::{
        io::{AsyncRead, AsyncWrite, AsyncWriteExt, duplex},
        net::TcpListener,
        sync::mpsc,
    };

    use super::*;

    /// Serves one stream, and returns the recovered one and its first bytes.
    async fn recovered<S>(stream: S, auto: bool) -> (Transport, Vec<u8>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (found, mut upgrades) = mpsc::channel(1);
        let service = service_fn(move |mut request: Request<Incoming>| {
            let upgrade = HostUpgrade::take(request.extensions_mut()).expect("it is an upgrade");
            assert!(found.try_send(upgrade).is_ok(), "there is one request");
            let mut response = Response::new(String::new());
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            ready(Ok::<_, Infallible>(response))
        });
        let stream = TokioIo::new(stream);
        tokio::spawn(async move {
            if auto {
                let http = auto::Builder::new(TokioExecutor::new());
                http.serve_connection_with_upgrades(stream, service).await.expect("it is HTTP");
            } else {
                http1::Builder::new()
                    .serve_connection(stream, service)
                    .with_upgrades()
                    .await
                    .expect("it is HTTP");
            }
        });
        let upgrade = upgrades.recv().await.expect("the request arrives");
        upgrade.stream().await.unwrap_or_else(|_| panic!("the host serves upgrades"))
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nfirst";

    #[tokio::test]
    async fn tcp_is_recovered_with_its_read_buffer() {
        for auto in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut ours = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            ours.write_all(REQUEST).await.unwrap();
            let (theirs, _) = listener.accept().await.unwrap();
            let (transport, first) = recovered(theirs, auto).await;
            let Transport::Tcp(stream) = transport else { panic!("it is a stream of hyper, auto: {auto}") };
            assert!(stream.nodelay().unwrap());
            assert_eq!(first, b"first", "auto: {auto}");
        }
    }

    #[tokio::test]
    async fn other_streams_keep_their_read_buffer_inside() {
        for auto in [false, true] {
            let (mut ours, theirs) = duplex(1024);
            ours.write_all(REQUEST).await.unwrap();
            let (transport, first) = recovered(theirs, auto).await;
            let Transport::Other(mut stream) = transport else { panic!("it is not TCP") };
            assert!(first.is_empty());
            let mut buffer = [0; 5];
            tokio::io::AsyncReadExt::read_exact(&mut stream, &mut buffer).await.unwrap();
            assert_eq!(&buffer, b"first", "auto: {auto}");
        }
    }
}
