package io.clustermesh.bpf.maps;

/** What a {@link BackendPicker} says about one connect. */
public sealed interface Pick {

    /**
     * Connect there.
     *
     * @param index its entry in the backend array
     * @param backend the entry as it was read
     */
    record Chosen(int index, BackendEntry backend) implements Pick {}

    /** The frontend is ours, but every slot is off, down or without a live backend: the connect is refused. */
    record NoBackend() implements Pick {}

    /** No such frontend: the connect goes where it was meant to go. */
    record NotOurs() implements Pick {}
}
