package dev.kindling.data.sample;

/** What a page of the sample corpus holds. */
enum PageKind {
  /** A story as the grammar gives it. */
  STORY(1, 1),
  /** The text of another story once more, in whatever format. */
  EXACT_DUPLICATE(2, 20),
  /** The text of another story with two words changed. */
  NEAR_DUPLICATE(3, 40),
  /** A story of its own, with e-mail and IP addresses in it. */
  ADDRESSES(4, 40),
  /** Letters or Han characters drawn at random. */
  GIBBERISH(5, 40),
  /** A single short sentence. */
  TOO_SHORT(6, 40),
  /** Russian, Greek or Arabic. */
  WRONG_LANGUAGE(7, 40),
  /** A story of its own with a byte in it that is no UTF-8. */
  BROKEN_UTF8(8, 100);

  private final long key;
  private final int storiesPerPage;

  PageKind(long key, int storiesPerPage) {
    this.key = key;
    this.storiesPerPage = storiesPerPage;
  }

  /** How many pages of this kind a corpus of so many stories has: at least one. */
  int numPages(int numStories) {
    return Math.max(1, numStories / storiesPerPage);
  }

  /** A key of random streams; fixed, so that corpora stay the same when kinds are added. */
  long key() {
    return key;
  }
}
