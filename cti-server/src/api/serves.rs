//! What serves an endpoint: an async function of extractors.

use super::Api;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// A function of the values in `Args`. It says nothing of its future: the compiler looks at what a trait asks for again wherever the trait
/// is used, and a handler's future holds all its function ever waits for. With axum's `Handler` this took most of a build.
pub(super) trait Serves<Args>: Clone + Send + Sync + 'static {
    type Answer;
    fn serve(self, args: Args) -> Self::Answer;
}

macro_rules! serves {
    ($($kind:ident $value:ident),*) => {
        impl<Function, Answer, $($kind),*> Serves<($($kind,)*)> for Function
        where
            Function: FnOnce($($kind),*) -> Answer + Clone + Send + Sync + 'static,
        {
            type Answer = Answer;

            fn serve(self, ($($value,)*): ($($kind,)*)) -> Answer {
                self($($value),*)
            }
        }
    };
}

serves!();
serves!(A a);
serves!(A a, B b);
serves!(A a, B b, C c);
serves!(A a, B b, C c, D d);
serves!(A a, B b, C c, D d, E e);
serves!(A a, B b, C c, D d, E e, F f);
serves!(A a, B b, C c, D d, E e, F f, G g);
serves!(A a, B b, C c, D d, E e, F f, G g, H h);

/// A route to the handler.
pub(super) fn route<M, Args, H>(method: MethodFilter, handler: H) -> MethodRouter<Arc<Api>>
where
    H: Serves<Args>,
    H::Answer: Future<Output: IntoResponse> + Send + 'static,
    Args: FromRequest<Arc<Api>, M> + Send + 'static,
{
    routed(
        method,
        Arc::new(move |api, request| {
            let handler = handler.clone();
            boxed(async move {
                match Args::from_request(request, &api).await.map_err(IntoResponse::into_response) {
                    Ok(args) => handler.serve(args).await.into_response(),
                    Err(refusal) => refusal,
                }
            })
        }),
    )
}

type Serve = dyn Fn(Arc<Api>, Request) -> BoxFuture<'static, Response> + Send + Sync;

/// All of axum that stands around a handler, compiled once for all of them.
fn routed(method: MethodFilter, serve: Arc<Serve>) -> MethodRouter<Arc<Api>> {
    on(method, move |State(api): State<Arc<Api>>, request: Request| serve(api, request))
}

/// As `Box::pin`, which the compiler would check as it does a trait.
pub(super) fn boxed<'a, T>(work: impl Future<Output = T> + Send + 'a) -> BoxFuture<'a, T> {
    let work: Box<dyn Future<Output = T> + Send + 'a> = Box::new(work);
    Box::into_pin(work)
}
