package dev.kindling.data.clean;

import dev.kindling.data.signal.Signal;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * All rules of a configuration, in the order in which they judge. The first that a document fails
 * is its reason, so the order is part of a plan.
 */
record CleanRules(List<CleanRule> rules) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Why a document is rejected.
   *
   * @param rule the rule's fixed name, by which rejects are counted
   * @param reason what was measured in this document, for a person
   */
  record Rejection(String rule, String reason) {}

  CleanRules {
    rules = List.copyOf(rules);
  }

  /**
   * The rules of a configuration.
   *
   * @throws dev.kindling.data.InvalidInputException if a list of blocked addresses cannot be used
   */
  static CleanRules of(SparkSession spark, Configuration hadoop, CleanConfig config) {
    List<CleanRule> rules = new ArrayList<>();
    if (!config.blockedUrls().isEmpty()) {
      long[] entries = UrlBlocklist.read(hadoop, config.blockedUrls());
      rules.add(
          new BlockedUrlRule(
              JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(entries)));
    }
    rules.add(new LengthRule(false, config.minCharacters()));
    rules.add(new LengthRule(true, config.maxCharacters()));
    if (!config.languages().isEmpty()) {
      rules.add(new LanguageRule(config.languages()));
    }
    if (config.minLanguageScore() > 0) {
      rules.add(new LanguageScoreRule(config.minLanguageScore()));
    }
    if (config.rejectGibberish()) {
      rules.add(new GibberishRule());
    }
    rules.addAll(config.signalRules());
    return new CleanRules(rules);
  }

  /** The signals that rules ask for. */
  Set<Signal> signals() {
    Set<Signal> signals = new LinkedHashSet<>();
    for (CleanRule rule : rules) {
      if (rule instanceof SignalRule ofSignal) {
        signals.add(ofSignal.rule().signal());
      }
    }
    return signals;
  }

  /** Why the first rule that the document fails rejects it; empty where it passes. */
  Optional<Rejection> judge(Measures measures) {
    for (CleanRule rule : rules) {
      if (rule.rejects(measures)) {
        return Optional.of(new Rejection(rule.name(), rule.reason(measures)));
      }
    }
    return Optional.empty();
  }
}
