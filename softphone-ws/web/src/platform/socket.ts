import { SUBPROTOCOL } from '../api/protocol';
import type { OpenSocket } from '../core/ports';

/** A WebSocket to the server the page came from. */
export const openSocket: OpenSocket = (events) => {
  const url = new URL('/ws/v1', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') events.text(data);
  };
  socket.onclose = ({ code }) => events.closed(code);
  return { send: (text) => socket.send(text), close: () => socket.close() };
};
