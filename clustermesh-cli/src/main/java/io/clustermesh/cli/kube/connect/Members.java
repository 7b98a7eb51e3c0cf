package io.clustermesh.cli.kube.connect;

import io.clustermesh.cli.kube.KubeTarget;
import io.clustermesh.store.runtime.Clock;
import java.util.ArrayList;
import java.util.List;

/** Clusters that are open; closed together. */
public final class Members implements AutoCloseable {

    /** Who reads whom. */
    public enum Mode {
        /** The first cluster reads the others. */
        UNICAST,
        /** The first and each other read each other. */
        BIDIRECTIONAL,
        /** Each reads each. */
        MESH
    }

    private final List<Member> members;

    private Members(List<Member> members) {
        this.members = List.copyOf(members);
    }

    /** Opens all of {@code targets}, or none. */
    public static Members open(List<KubeTarget> targets, Clock clock) {
        List<Member> opened = new ArrayList<>();
        try {
            targets.forEach(target -> opened.add(Member.open(target, clock)));
            return new Members(opened);
        } catch (RuntimeException e) {
            opened.forEach(Member::close);
            throw e;
        }
    }

    /** In the order of the targets. */
    public List<Member> all() {
        return members;
    }

    /** The directions that {@code mode} means. */
    public List<Connecting.Pair> pairs(Mode mode) {
        List<Connecting.Pair> pairs = new ArrayList<>();
        for (int one = 0; one < members.size(); one++) {
            for (int other = one + 1; other < members.size(); other++) {
                if (one > 0 && mode != Mode.MESH) {
                    continue;
                }
                pairs.add(new Connecting.Pair(members.get(one), members.get(other)));
                if (mode != Mode.UNICAST) {
                    pairs.add(new Connecting.Pair(members.get(other), members.get(one)));
                }
            }
        }
        return pairs;
    }

    @Override
    public void close() {
        members.forEach(Member::close);
    }
}
