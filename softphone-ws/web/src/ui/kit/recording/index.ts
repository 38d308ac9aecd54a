export { InteractionRecordings } from './InteractionRecordings';
export { RecordingPlayer } from './RecordingPlayer';
