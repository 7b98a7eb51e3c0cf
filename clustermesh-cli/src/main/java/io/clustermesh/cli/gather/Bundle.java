package io.clustermesh.cli.gather;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A bundle with limits: every text is cut, then scrubbed. Not thread-safe. */
final class Bundle {

    /** Most of one file, in characters; the end of a log says more than its beginning, but a list's beginning is as good. */
    static final int FILE_LIMIT = 4 << 20;

    /** Most of all files together, in characters, before compression. */
    static final int BUNDLE_LIMIT = 64 << 20;

    private final TarGz archive;
    private final String root;
    private final int limit;
    private final List<String> leftOut = new ArrayList<>();
    private long size;
    private int files;

    Bundle(TarGz archive, String root) {
        this(archive, root, BUNDLE_LIMIT);
    }

    /** @param limit most of all files together, in characters */
    Bundle(TarGz archive, String root, int limit) {
        this.archive = archive;
        this.root = root;
        this.limit = limit;
    }

    void add(String name, String text) throws IOException {
        String content = text.length() <= FILE_LIMIT ? Scrubber.scrub(text) : cut(text);
        if (size + content.length() > limit) {
            leftOut.add(name);
            return;
        }
        size += content.length();
        files++;
        archive.add(root + "/" + name, content);
    }

    /** At the end of a line, so that no half of a key is left that nobody would recognize. */
    private static String cut(String text) {
        int lineEnd = text.lastIndexOf('\n', FILE_LIMIT) + 1;
        String kept = Scrubber.scrub(text.substring(0, lineEnd == 0 ? FILE_LIMIT : lineEnd));
        return kept + "\n[cut: %d of %d characters]\n".formatted(kept.length(), text.length());
    }

    /** Says in the bundle what is not in it. */
    void finish() throws IOException {
        archive.add(root + "/README", """
                Gathered by "clustermesh gather": a folder for each cluster.
                Keys, tokens and passwords are replaced by [scrubbed]; files are cut at %d Mi characters.
                Left out, since the bundle is full at %d characters: %s
                """.formatted(FILE_LIMIT >> 20, limit, leftOut.isEmpty() ? "nothing" : leftOut));
    }

    int files() {
        return files;
    }
}
