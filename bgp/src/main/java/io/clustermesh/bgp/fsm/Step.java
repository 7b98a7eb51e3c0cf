package io.clustermesh.bgp.fsm;

import io.clustermesh.bgp.packet.Message;
import io.clustermesh.bgp.packet.Message.Update;
import java.util.List;
import java.util.Optional;

/**
 * What follows from an input.
 *
 * @param next the state from now on
 * @param send in this order
 * @param deliver to the RIB
 */
public record Step(ConnectionState next, List<Message> send, Optional<Update> deliver) {

    static Step to(ConnectionState next, Message... send) {
        return new Step(next, List.of(send), Optional.empty());
    }

    static Step ended(EndReason reason) {
        return new Step(
                new ConnectionState.Closed(reason),
                reason.farewell().<List<Message>>map(List::of).orElse(List.of()),
                Optional.empty());
    }
}
