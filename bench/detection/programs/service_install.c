/* Installs its service and a task that looks for updates, opens a port in the firewall, and ends the program it replaces. */
#include <windows.h>
#include <stdlib.h>

int main(void) {
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CREATE_SERVICE);
    SC_HANDLE service = CreateServiceA(manager, "ExampleUpdate", "Example Update", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
        SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, "\"C:\\Program Files\\Example\\update.exe\" /svc", NULL, NULL, NULL, NULL, NULL);
    if (service != NULL) {
        StartServiceA(service, 0, NULL);
        CloseServiceHandle(service);
    }
    CloseServiceHandle(manager);
    system("taskkill /im example.exe");
    system("schtasks /create /f /sc daily /tn ExampleUpdate /tr \"\\\"C:\\Program Files\\Example\\update.exe\\\" /task\"");
    system("netsh advfirewall firewall add rule name=Example dir=in action=allow program=\"C:\\Program Files\\Example\\example.exe\"");
    return 0;
}
