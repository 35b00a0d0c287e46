/** XEP-0333: Displayed Markers, version 1.0.0. */
export {
  type DisplayedElsewhere,
  DisplayedMarkers,
  DisplayedMarkersOptions,
  type DisplayedReceived,
} from './displayed-markers.js';
export { Acknowledged, type ChatMarker, Displayed, Markable, MarkerReceived, NS_MARKERS } from './stanza.js';
