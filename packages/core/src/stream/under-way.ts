import { LazySet } from '@sestina/xml';
import { SendError, type Sending } from '../sending.js';

/** Stanzas that were written and whose fate is not known yet. */
export class UnderWay {
  /** Taken by the transport and still in its buffer. */
  #unflushed: Sending[] = []; // bound: what the transport takes before it is busy
  /** Somebody waits for the acknowledgement. */
  readonly #unacked = new LazySet<Sending>();
  /** Counts sessions: what was written in an earlier one will not be acknowledged any more. */
  #session = 0;

  /** It was written in this session. @param buffered The transport may not have passed it on yet. */
  written(sending: Sending, buffered: boolean): void {
    if (buffered) this.#unflushed.push(sending);
    sending.session = this.#session;
    sending.move('written');
  }

  /** The transport has passed on all that it had. */
  flushed(): void {
    this.#unflushed = [];
  }

  /** Somebody waits for its acknowledgement. */
  ackWanted(sending: Sending): void {
    if (sending.state === 'written' && sending.session !== this.#session) {
      sending.move('unknown', lostUnderWay());
      return;
    }
    this.#unacked.add(sending);
    sending.onState((state) => {
      if (state === 'acked') this.#unacked.delete(sending);
    });
  }

  /** It is known what became of it. */
  forget(sending: Sending): void {
    this.#unacked.delete(sending);
  }

  /** The session is over and will not be resumed: nobody will ever tell what became of what is under way. */
  lost(reason: Error): void {
    this.#session += 1;
    const gone = lostUnderWay(reason);
    const unflushed = this.#unflushed.splice(0);
    const unacked = [...this.#unacked];
    this.#unacked.clear();
    for (const sending of [...unflushed, ...unacked]) sending.move('unknown', gone);
  }
}

function lostUnderWay(cause?: Error): SendError {
  return new SendError('disconnected', 'the connection was lost while this was on its way', cause && { cause });
}
