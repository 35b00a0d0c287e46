import { ClientXMPP } from '@sestina/client';
import { MemoryMessageIndex } from '@sestina/message-index';
import { WebSocketTransportFactory } from '@sestina/websocket';
import { MultiUserChat } from '@sestina/xep-0045';
import { OutOfBand } from '@sestina/xep-0066';
import { ChatStates } from '@sestina/xep-0085';
import { EntityCapabilities } from '@sestina/xep-0115';
import { DeliveryReceipts } from '@sestina/xep-0184';
import { Blocking } from '@sestina/xep-0191';
import { StreamManagement } from '@sestina/xep-0198';
import { Ping } from '@sestina/xep-0199';
import { DirectInvitations } from '@sestina/xep-0249';
import { MessageCarbons } from '@sestina/xep-0280';
import { MessageCorrection } from '@sestina/xep-0308';
import { MessageArchive } from '@sestina/xep-0313';
import { DisplayedMarkers } from '@sestina/xep-0333';
import { ClientState, PageActivity } from '@sestina/xep-0352';
import { HttpUpload } from '@sestina/xep-0363';
import { Bind2 } from '@sestina/xep-0386';
import { Sasl2 } from '@sestina/xep-0388';
import { MessageStyling } from '@sestina/xep-0393';
import { AvatarConversion } from '@sestina/xep-0398';
import { Bookmarks } from '@sestina/xep-0402';
import { MucSelfPing } from '@sestina/xep-0410';
import { OccupantIds } from '@sestina/xep-0421';
import { MessageRetraction } from '@sestina/xep-0424';
import { MessageModeration } from '@sestina/xep-0425';
import { MessageReactions } from '@sestina/xep-0444';
import { FileSharing } from '@sestina/xep-0447';
import { MessageReplies } from '@sestina/xep-0461';
import { FastTokens } from '@sestina/xep-0484';
import { DisplayedSync } from '@sestina/xep-0490';
import type { Account } from './account.js';
import { httpContainer } from './http.js';

/** The connection with all that this program can do; not connected yet. @throws for an address that is none. */
export function makeClient({ jid, password, service }: Account): ClientXMPP {
  const xmpp = new ClientXMPP({
    jid,
    password,
    service: service || undefined,
    transports: new WebSocketTransportFactory(),
    container: httpContainer(),
  });
  xmpp.useAll([
    // The connection: quick to come back, and nothing is lost meanwhile.
    Ping,
    StreamManagement,
    Sasl2,
    [Bind2, { tag: 'web-chat' }],
    FastTokens,
    [EntityCapabilities, { node: 'https://sestina.dev/web-chat' }],
    [ClientState, { follow: new PageActivity(document) }],
    // Messages, wherever they come from. More of them can be meant than are shown.
    [MemoryMessageIndex, { perConversation: 20_000, perStranger: 1_000 }],
    MessageCarbons,
    MessageArchive,
    // What is said of messages.
    DeliveryReceipts,
    DisplayedMarkers,
    [DisplayedSync, { delay: 1_000 }],
    ChatStates,
    MessageCorrection,
    MessageReactions,
    MessageReplies,
    MessageRetraction,
    MessageStyling,
    // Rooms, which our account remembers.
    MultiUserChat,
    MucSelfPing,
    OccupantIds,
    DirectInvitations,
    MessageModeration,
    Bookmarks,
    // Pictures of people, files, and whom we do not want to hear of.
    AvatarConversion,
    HttpUpload,
    OutOfBand,
    FileSharing,
    Blocking,
  ]);
  return xmpp;
}
