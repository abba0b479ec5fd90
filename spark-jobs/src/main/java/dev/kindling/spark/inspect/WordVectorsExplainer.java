package dev.kindling.spark.inspect;

import dev.kindling.data.manifest.Manifest;
import dev.kindling.spark.report.Words;
import dev.kindling.spark.wordvectors.WordCount;
import dev.kindling.spark.wordvectors.WordVectors;
import dev.kindling.spark.wordvectors.WordVectorsDirectory;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Vectors of words. */
record WordVectorsExplainer(Configuration hadoop) implements KindExplainer {
  private static final int MAX_WORDS = 12;

  @Override
  public void explain(Path directory, Manifest manifest, Explanation out) {
    out.fact("a vector for each of the frequent words of a text (word2vec, skip-gram)");
    out.fact(Words.wordVectors(manifest.details()));
    WordVectors vectors = WordVectorsDirectory.read(hadoop, directory);
    List<WordCount> first = vectors.words().subList(0, Math.min(MAX_WORDS, vectors.words().size()));
    out.fact(
        "the most frequent: "
            + first.stream().map(WordCount::word).collect(Collectors.joining(" ")));
    String word = vectors.example().word();
    out.fact(
        "nearest to "
            + word
            + ": "
            + vectors.neighbours(word, MAX_WORDS).stream()
                .map(neighbour -> neighbour.word().word())
                .collect(Collectors.joining(" ")));
    out.fact("vectors.txt has the same in word2vec's text format, for gensim and other tools");
    out.next("kindling neighbours --vectors " + directory + " --word " + word);
    out.next("kindling analogies --vectors " + directory + " --questions FILE");
  }
}
