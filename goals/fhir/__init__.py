"""Plans as HL7 FHIR R4 resources (`Goal` and `CarePlan`): out to a file and in from one."""
