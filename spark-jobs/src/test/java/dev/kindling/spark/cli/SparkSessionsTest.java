package dev.kindling.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kindling.spark.metrics.KindlingPlugin;
import dev.kindling.spark.train.TrainingKryoRegistrator;
import dev.kindling.spark.train.dl4j.Dl4jKryoRegistrator;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SparkSessionsTest {
  private static final String PLUGINS = "spark.plugins";

  @Test
  void sessionsHaveThePluginOfMetricsAndTheRegistrator() {
    SparkConf conf = new SparkConf(false);

    SparkSessions.complete(conf);

    assertThat(conf.get(PLUGINS)).isEqualTo(KindlingPlugin.class.getName());
    assertThat(conf.get("spark.kryo.registrator"))
        .isEqualTo(
            TrainingKryoRegistrator.class.getName() + "," + Dl4jKryoRegistrator.class.getName());
  }

  @Test
  void whatTheUserHasStaysInFrontOfOurs() {
    SparkConf conf = new SparkConf(false).set(PLUGINS, "org.example.First,org.example.Second");

    SparkSessions.complete(conf);
    SparkSessions.complete(conf);

    assertThat(conf.get(PLUGINS))
        .isEqualTo("org.example.First,org.example.Second," + KindlingPlugin.class.getName());
  }

  @Test
  void whatTheUserHasSetIsNotChanged() {
    SparkConf conf = new SparkConf(false).set("spark.master", "local[3]");
    conf.set("spark.ui.enabled", "true");

    SparkSessions.complete(conf);

    assertThat(conf.get("spark.master")).isEqualTo("local[3]");
    assertThat(conf.getBoolean("spark.ui.enabled", false)).isTrue();
  }
}
