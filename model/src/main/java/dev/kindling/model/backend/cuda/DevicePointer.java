package dev.kindling.model.backend.cuda;

import org.bytedeco.javacpp.Pointer;

/** A bare address for calls that take pointers; owns nothing. */
final class DevicePointer extends Pointer {
  DevicePointer() {}

  DevicePointer(long address) {
    this.address = address;
  }

  /** This pointer, at another address. */
  DevicePointer at(long newAddress) {
    this.address = newAddress;
    return this;
  }
}
