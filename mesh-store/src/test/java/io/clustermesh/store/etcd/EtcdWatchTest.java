package io.clustermesh.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.clustermesh.store.etcd.pb.WatchRequest;
import io.clustermesh.store.etcd.pb.WatchResponse;
import io.clustermesh.store.kv.KeyRange;
import io.clustermesh.store.kv.RecordingListener;
import io.clustermesh.store.kv.Revision;
import io.clustermesh.store.kv.WatchListener.End;
import io.clustermesh.store.runtime.Clock;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What a watch makes of servers that behave oddly; each case has cost some etcd client events. */
class EtcdWatchTest {

    private static RecordingListener watch(
            Revision from, BiConsumer<WatchRequest, StreamObserver<WatchResponse>> script) {
        RecordingListener listener = new RecordingListener();
        try (ScriptedEtcd server = new ScriptedEtcd(script);
                EtcdKvStore store = EtcdKvStore.connect(EtcdTarget.plaintext(server.endpoint()), Clock.system())) {
            store.watch(KeyRange.prefix("a/"), from, listener);
            await().until(() -> listener.end().isPresent());
            assertThat(server.leaderHeaders()).containsExactly("true");
            assertThat(server.requests().getFirst().getCreateRequest().getStartRevision())
                    .isEqualTo(Math.max(1, from.value()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return listener;
    }

    @Test
    void shouldNotTakeTheCreatedAnswersRevisionForItsOwn() {
        RecordingListener listener = watch(new Revision(2), (request, answers) -> {
            answers.onNext(ScriptedEtcd.answer(100).setCreated(true).build());
            answers.onError(Status.UNAVAILABLE.asRuntimeException());
        });

        assertThat(listener.started()).isTrue();
        assertThat(listener.upTos()).isEmpty();
        assertThat(listener.end()).containsInstanceOf(End.Disconnected.class);
    }

    @Test
    void shouldEndWhenTheServerCompletesTheStream() {
        RecordingListener listener = watch(new Revision(2), (request, answers) -> answers.onCompleted());

        assertThat(listener.end()).containsInstanceOf(End.Disconnected.class);
    }

    @Test
    void shouldBelieveAFragmentedRevisionOnlyWhenItIsComplete() {
        RecordingListener listener = watch(new Revision(2), (request, answers) -> {
            answers.onNext(ScriptedEtcd.answer(5).setCreated(true).build());
            answers.onNext(ScriptedEtcd.answer(9)
                    .setFragment(true)
                    .addEvents(ScriptedEtcd.put("a/1", 5))
                    .build());
            answers.onNext(
                    ScriptedEtcd.answer(9).addEvents(ScriptedEtcd.put("a/2", 5)).build());
            answers.onNext(ScriptedEtcd.answer(9).build());
            answers.onCompleted();
        });

        assertThat(listener.texts()).containsExactly("+a/1=", "+a/2=");
        assertThat(listener.upTos()).containsExactly(new Revision(4), new Revision(5), new Revision(9));
    }

    @Test
    void shouldSayWhatIsLeftAfterACompaction() {
        RecordingListener listener = watch(new Revision(2), (request, answers) -> {
            answers.onNext(ScriptedEtcd.answer(50).setCreated(true).build());
            answers.onNext(ScriptedEtcd.answer(50)
                    .setCanceled(true)
                    .setCompactRevision(40)
                    .build());
        });

        assertThat(listener.end()).contains(new End.Compacted(new Revision(40)));
    }

    @Test
    void shouldNoticeAServerThatHasLostHistory() {
        RecordingListener listener = watch(
                new Revision(200),
                (request, answers) ->
                        answers.onNext(ScriptedEtcd.answer(50).setCreated(true).build()));

        assertThat(listener.end()).contains(new End.OtherHistory(ScriptedEtcd.CLUSTER_ID));
        assertThat(listener.started()).isFalse();
    }

    @Test
    void shouldTellARefusalFromABreak() {
        RecordingListener byAnswer = watch(
                new Revision(2),
                (request, answers) -> answers.onNext(ScriptedEtcd.answer(50)
                        .setCreated(true)
                        .setCanceled(true)
                        .setCancelReason("etcdserver: permission denied")
                        .build()));
        RecordingListener byStatus = watch(
                new Revision(2), (request, answers) -> answers.onError(Status.PERMISSION_DENIED.asRuntimeException()));

        assertThat(byAnswer.end()).contains(new End.Refused("etcdserver: permission denied"));
        assertThat(byStatus.end()).containsInstanceOf(End.Refused.class);
    }
}
